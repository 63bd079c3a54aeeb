"""Every tunable of the simulation, with its source.

Sources in brackets: [BM n.n] is the benchmark section of the project's domain notes, with the
public source named where there is one; [EXP] is expert judgement; [CAL] was set so that the
generated data reproduce the A/R and denial targets at the end of this file, which
tests/python/test_generator_calibration.py checks.

Money is in US dollars here and in whole cents everywhere else in the package. Rates are shares
in 0..1, lags are calendar days unless a name says otherwise.
"""

import datetime as dt
from dataclasses import dataclass

GENERATOR_VERSION = "2.0.0"

# ---------------------------------------------------------------------------------------------
# Size and calendar
# ---------------------------------------------------------------------------------------------
ANCHOR = dt.date(2020, 1, 1)
"""No period starts before it: coverages, contracts and births are dated earlier."""

BLOCK_ACCOUNTS = 50_000
"""Accounts simulated together. A month is cut into blocks, each with its own random streams, so
that memory does not grow with the size of a month."""

PATIENTS_PER_MONTHLY_CLAIM = 4.0
"""Patients in the pool per claim and month: about three visits a patient and year [EXP]."""

SHARED_PATIENT_SHARE = 0.08
"""Patients of hospital B who are also patients of hospital A [EXP]."""

SEX_WEIGHTS = (0.462, 0.530, 0.008)  # male, female, unknown [EXP]
SENIOR_DEATH_RATE = 0.03  # a year [EXP]
DEATH_RATE = 0.003
MAIL_WEIGHTS = (0.18, 0.50, 0.20, 0.12)  # no address, then the three domains
VISIT_SKEW = 1.35
"""Exponent above 1: some patients come more often than others [EXP]."""

MONTH_FACTORS = (1.03, 0.96, 1.02, 1.00, 1.00, 0.98, 0.96, 0.99, 0.98, 1.04, 1.00, 1.04)
"""Volume of each calendar month, mean 1: winter and autumn are busier [EXP]."""

OFFICE_WEEKDAY_WEIGHTS = (1.08, 1.05, 1.02, 1.00, 0.90, 0.15, 0.08)
EMERGENCY_WEEKDAY_WEIGHTS = (1.08, 1.00, 0.98, 0.98, 1.00, 0.98, 0.98)
"""Monday to Sunday; scheduled visits are rare on weekends [EXP]."""

MEDICARE_SUPPLEMENT_SHARE = 0.35
MEDICARE_MEDICAID_SHARE = 0.18
SECOND_EMPLOYER_PLAN_SHARE = 0.04
"""People of Medicare with a supplement plan or Medicaid, and of employer plans with another one
[EXP]."""

# ---------------------------------------------------------------------------------------------
# The world over time
# ---------------------------------------------------------------------------------------------
HORIZON = dt.date(2040, 12, 31)
"""Last day on which anything about people, payers, contracts or staff changes. All of it is drawn
from ANCHOR to here, whatever period a set asks for."""

MOVES_A_YEAR = 0.08  # US Census, about 8 % of people a year [EXP]
PHONE_CHANGES_A_YEAR = 0.04
MAIL_CHANGES_A_YEAR = 0.03
NAME_CHANGES_A_YEAR = 0.015
NAME_CHANGE_AGES = (20, 60)
"""Marriages of adults, as far as they change a name [EXP]."""
RECORD_LAG_DAYS = 60
"""News about a patient reach the records of hospital B, and second records, within so many days;
the lag belongs to the record [EXP]."""
DUPLICATE_RECORD_SHARE = 0.006
"""People who were registered twice at the same hospital [EXP]."""

PAYER_CHANGES_A_YEAR = 0.085
"""Draws of a new primary payer; some draw the one they have, about 7 % a year change [EXP]."""
PAYER_CHANGE_JANUARY_SHARE = 0.75
"""Changes that come on 1 January; the others come on the first of any month [EXP]."""
GAPS_A_YEAR = 0.135
"""Lapses of coverage: with GAP_DAYS some 2 % of the visits of insured people fall in one [EXP]."""
GAP_DAYS = (20, 90)
"""Days until a lapse ends, which is when the billing office learns of it."""
MEDICARE_AGE = 65
SECOND_COVERAGE_LATER_SHARE = 0.15
SECOND_COVERAGE_LATER_DAYS = (30, 300)
SECOND_COVERAGE_EARLIER_SHARE = 0.10
"""Second coverages that begin after, or end before, the first one that they go with [EXP]."""

RENAMES = (
    (2021, "P303", "Harbor Medicare Advantage"),
    (2023, "P104", "Summit Workplace Health"),
    (2025, "P105", "Granite Peak Health"),
    (2027, "P302", "Beacon Medicare Partners"),
    (2029, "P102", "Northfield Health"),
    (2031, "P501", "Community Choice Health Plan"),
)
MERGERS = ((2025, "P602", "P601"),)
"""Payers that change their name, or merge into another, in a year; the seed chooses the day, from
March to October, a merger's being the first of a month."""

PROVIDER_MOVES_A_YEAR = 2
SPECIALTY_CHANGES_A_YEAR = 2
"""At both hospitals together [EXP]."""
STAFF_LEAVING_RATE = 0.15  # of the billing office a year [EXP]

FEE_RISE = (0.0, 0.04)
"""Change of a payer's whole fee schedule on each 1 January, uniform [EXP]."""
MIDYEAR_PAYERS = ("P103", "P302")
MIDYEAR_FEE_RISE = (0.0, 0.015)
"""Payers that change their fees on 1 July too."""
PRICE_RISE = (0.01, 0.03)
"""Rise of a hospital's chargemaster on each 1 July; prices and fees of catalogue.py are those of
PRICE_YEAR, so that prices and fees keep their ratio around it [EXP]."""
PRICE_YEAR = 2024
NOTICE_DAYS = 30
"""Days by which a new fee schedule arrives before it takes effect."""

HOLIDAY_VISITS_FACTOR = 0.05
"""Scheduled visits on a federal holiday, beside another such weekday [EXP]."""

SEASONALITY = {
    # respiratory winter: colds and influenza in offices, pneumonia in hospital
    "primary_care": (1.12, 1.08, 1.02, 0.97, 0.95, 0.92, 0.90, 0.93, 0.99, 1.04, 1.02, 1.06),
    "emergency": (1.13, 1.08, 1.01, 0.96, 0.96, 0.97, 1.00, 0.98, 0.95, 0.95, 0.97, 1.04),
    "medicine": (1.16, 1.11, 1.04, 0.98, 0.95, 0.92, 0.91, 0.91, 0.93, 0.97, 1.01, 1.11),
    # elective surgery: deductibles are met in the last quarter, surgeons are away in July
    "surgery": (0.92, 0.93, 0.99, 0.99, 0.99, 0.98, 0.86, 0.95, 0.97, 1.11, 1.14, 1.17),
    "cardiology": (1.04, 1.02, 1.02, 1.00, 0.99, 0.97, 0.94, 0.97, 0.99, 1.03, 1.01, 1.02),
    "imaging": (0.98, 0.98, 1.00, 1.00, 1.00, 1.00, 0.97, 0.99, 1.00, 1.03, 1.02, 1.03),
    "therapy": (1.00, 1.00, 1.01, 1.01, 1.01, 1.00, 0.98, 0.99, 1.00, 1.01, 1.00, 0.99),
}
"""Visits of a department in each calendar month beside its own average month; other departments
have no season. They shape the mix of a month, whose volume stays MONTH_FACTORS [EXP]."""

HOSPITALS = ("HOSPITAL_A", "HOSPITAL_B")
HOSPITAL_SHARES = (0.60, 0.40)
HOSPITAL_STATES = ("OH", "IN")
HOSPITAL_PRICE_FACTORS = (1.00, 1.08)

# ---------------------------------------------------------------------------------------------
# Payers
# ---------------------------------------------------------------------------------------------
PAYER_CLASSES = (
    "commercial",
    "medicare",
    "medicare_advantage",
    "medicaid",
    "medicaid_mco",
    "aca_marketplace",
    "self_pay",
)

DAILY = (0, 1, 2, 3, 4)


@dataclass(frozen=True)
class Payer:
    """One payer.

    `claim_share` is its share of all accounts; `denial_rate` the share of its claims with any
    line denied on the first adjudication; `allowed_factor` multiplies its class's allowed/charge
    ratio; `remit_days` is the median of submission to first remittance (for Medicare the floor of
    14 days comes from its class); `pay_weekdays` its check runs, 0 being Monday.
    """

    payer_id: str
    name: str
    payer_class: str
    filing_indicator: str
    state: str
    claim_share: float
    denial_rate: float
    allowed_factor: float
    remit_days: float
    pay_weekdays: tuple[int, ...]
    timely_filing_days: int
    appeal_days: int
    plan_types: tuple[str, ...]


# Claim mix: commercial .38, MA .18, Medicare .16, Medicaid MCO .13, self-pay .06, Medicaid .05,
# ACA .04 [BM 2.6, after the payer mix of the large hospital groups].
# Denial rates average to the class default: commercial .12 (spread .05-.25), Medicare .08,
# MA .155, Medicaid .18, MCO .15, ACA .19 [BM 2.1: Premier 2022, Crowe 2023, KFF 2023].
# First remittance: commercial median 20 (payers 8-35), MA 18, Medicaid 25 [BM 2.4: AMA 2012,
# 42 CFR 447.45, 422.520]. Filing and appeal limits: Medicare 1 year and 120 days, commercial
# 90-180 days [BM 2.4].
PAYERS = (
    Payer("P101", "Lakeshore Health Plan", "commercial", "CI", "OH",
          0.07, 0.10, 1.06, 11.0, (1, 3), 180, 180, ("PPO", "HMO")),
    Payer("P102", "Northfield Mutual", "commercial", "CI", "IL",
          0.09, 0.06, 1.00, 15.0, (0, 2, 4), 180, 180, ("PPO", "EPO")),
    Payer("P103", "Meridian Benefit Trust", "commercial", "12", "CT",
          0.10, 0.12, 1.10, 19.0, (1, 4), 120, 180, ("PPO", "POS")),
    Payer("P104", "Summit Employers Insurance", "commercial", "CI", "PA",
          0.07, 0.14, 0.92, 25.0, (2, 4), 90, 120, ("PPO", "HMO")),
    Payer("P105", "Granite State Assurance", "commercial", "HM", "MN",
          0.05, 0.23, 0.88, 33.0, (2,), 90, 90, ("HMO", "EPO")),
    Payer("P201", "Medicare Administrative Contractor Central", "medicare", "MB", "IN",
          0.16, 0.08, 1.00, 1.04, DAILY, 365, 120, ("FFS",)),
    Payer("P301", "Silverline Medicare Advantage", "medicare_advantage", "16", "OH",
          0.07, 0.140, 1.02, 14.5, (1, 3), 180, 65, ("HMO", "PPO")),
    Payer("P302", "Beacon Senior Care", "medicare_advantage", "16", "KY",
          0.06, 0.155, 1.00, 16.0, (0, 2, 4), 180, 65, ("HMO",)),
    Payer("P303", "Harbor Advantage Plan", "medicare_advantage", "16", "IL",
          0.05, 0.175, 0.97, 18.5, (2, 4), 180, 65, ("PPO",)),
    Payer("P401", "State Medicaid Program", "medicaid", "MC", "OH",
          0.05, 0.18, 1.00, 22.0, (3,), 365, 90, ("FFS",)),
    Payer("P501", "Community Choice Medicaid", "medicaid_mco", "MC", "OH",
          0.07, 0.140, 1.05, 21.5, (1, 3), 180, 60, ("HMO",)),
    Payer("P502", "Prairie Family Health", "medicaid_mco", "MC", "IN",
          0.06, 0.162, 1.00, 24.0, (2, 4), 120, 60, ("HMO",)),
    Payer("P601", "Compass Exchange Health", "aca_marketplace", "HM", "OH",
          0.025, 0.16, 1.00, 21.0, (1, 4), 180, 180, ("EPO", "HMO")),
    Payer("P602", "Openfield Marketplace Plans", "aca_marketplace", "HM", "TX",
          0.015, 0.24, 0.93, 26.0, (2,), 120, 120, ("EPO",)),
    Payer("SELF", "Self-pay", "self_pay", "ZZ", "OH",
          0.06, 0.0, 1.00, 0.0, DAILY, 0, 0, ("NONE",)),
)  # fmt: skip


@dataclass(frozen=True)
class PayerClass:
    """What the payers of one class share.

    `allowed_ratio` is allowed/charge on institutional lines; professional lines get
    PROFESSIONAL_ALLOWED_BONUS more. `remit_floor_days` is added to the lag when `remit_sigma` is
    None (exponential lag), else lags are lognormal with that sigma within floor and cap.
    `deductible_share` is the share of claims that meet a deductible in an average month, whose
    remaining amount has the mean `deductible_dollars`. Copays are owed on office and emergency
    visits; `coinsurance` applies where there is no copay.
    `collected` is the chance that an account's patient balance of 100 dollars is paid in full.
    """

    allowed_ratio: float
    remit_floor_days: float
    remit_cap_days: float
    remit_sigma: float | None
    deductible_share: float
    deductible_dollars: float
    copay_dollars: tuple[float, ...]
    copay_share: float
    coinsurance: tuple[float, ...]
    collected: float
    charity: float


# Allowed/charge [BM 2.6, EXP after CMS cost reports]. Remittance lags [BM 2.4]. Patient share of
# allowed: about 23 % commercial (AMA 2013), Medicare 18.5 % coinsurance and 3.6 % deductible
# (SynPUF), Medicaid 0-1 % [BM 2.6]; the split between copay and coinsurance is [CAL].
# Collection of balances after insurance 34.5 % of dollars (Kodiak 2024), self-pay 29 % (Tenet)
# [BM 2.6]; by class [CAL].
CLASS_PARAMETERS = {
    "commercial": PayerClass(0.48, 3, 120, 0.60, 0.20, 1050.0, (20, 25, 30, 40, 50), 0.55,
                             (0.10, 0.15, 0.20, 0.20), 0.47, 0.09),
    "medicare": PayerClass(0.28, 14, 60, None, 0.09, 190.0, (0,), 0.0, (0.20,), 0.47, 0.06),
    "medicare_advantage": PayerClass(0.29, 5, 90, 0.50, 0.06, 300.0, (0, 10, 20, 35, 45), 0.70,
                                     (0.10, 0.15), 0.47, 0.06),
    "medicaid": PayerClass(0.22, 6, 90, 0.60, 0.0, 0.0, (0, 0, 3), 0.50, (0.0,), 0.36, 0.15),
    "medicaid_mco": PayerClass(0.23, 6, 90, 0.60, 0.0, 0.0, (0, 0, 2, 4), 0.50, (0.0,), 0.36, 0.15),
    "aca_marketplace": PayerClass(0.38, 4, 110, 0.60, 0.34, 1900.0, (30, 40, 60), 0.40,
                                  (0.20, 0.30), 0.38, 0.08),
    "self_pay": PayerClass(0.50, 0, 0, None, 0.0, 0.0, (0,), 0.0, (0.0,), 0.54, 0.36),
}  # fmt: skip

PROFESSIONAL_ALLOWED_BONUS = 0.10  # professional +.10 [BM 2.6, EXP]; not for self-pay
FEE_CODE_SIGMA = 0.08
"""Spread of the allowed ratio over codes, lognormal [EXP]."""
FEE_RATIO_RANGE = (0.05, 0.95)

DEDUCTIBLE_SHAPE = 1.3

DEDUCTIBLE_MONTH_FACTORS = (1.9, 1.6, 1.35, 1.15, 1.0, 0.9, 0.8, 0.75, 0.7, 0.65, 0.6, 0.6)
"""Deductibles restart in January and are used up over the year [EXP]."""

# ---------------------------------------------------------------------------------------------
# Charge posting, billing, scrubbing, submission
# ---------------------------------------------------------------------------------------------
# Professional claims leave about 1 + gamma(mean 3) days after service, institutional ones
# discharge + 5 + gamma(mean 2): 63.8 % of practices' claims within 3 days, DNFB 5-7 days [BM 2.4].
# The split between posting and billing is [EXP].
POSTING_LAG_MEAN = {"P": 1.2, "I": 1.6}
POSTING_LAG_SHAPE = 1.1
PROVIDER_LAG_SIGMA = 0.35
SLOW_LINE_SHARE = 0.012
SLOW_LINE_DAYS = (4, 16)

STAY_SHAPE = 1.6
"""Gamma shape of the length of stay; means stand with the kinds of visit [EXP]."""
MAX_STAY_DAYS = 40

BILL_HOLD_DAYS = {"P": 1, "I": 4}
BILL_HOLD_SHAPE = 1.2
BILL_HOLD_GAMMA_MEAN = {"P": 0.6, "I": 1.2}

EDIT_SHARE = 0.075
"""About 92 % of claims pass the scrubber untouched [BM 1.1 CL-1, EXP]."""
AUTOMATIC_EDIT_SHARE = 0.01
"""Edits that the scrubber resolves by itself on the same day; no person touches the claim."""
SECOND_EDIT_SHARE = 0.12
EDIT_CATEGORIES = ("registration", "coding", "authorization", "charge")
EDIT_CATEGORY_WEIGHTS = (0.38, 0.30, 0.17, 0.15)
EDIT_CODES = {
    "registration": ("REG010", "REG025", "REG031", "REG044"),
    "coding": ("COD101", "COD114", "COD120"),
    "authorization": ("AUT201", "AUT209"),
    "charge": ("CHG301", "CHG312"),
}
EDIT_RESOLUTION_DAYS = (1, 6)

STUCK_SHARE = 0.0055
"""Claims that wait in registration until the filing limit has passed, of the payers whose limit
is at most STUCK_LIMIT_DAYS: yields the 3 % of denials that are CO-29 [BM 2.3, CAL]."""
STUCK_LIMIT_DAYS = 180
STUCK_LATENESS_DAYS = (1, 25)

NEXT_DAY_SUBMISSION_SHARE = 0.30
LATE_CLEARINGHOUSE_SHARE = 0.15
LATE_PAYER_SHARE = 0.35
"""Claims that leave, and 277CA statuses that come, a day later than usual [EXP]."""

REJECTION_SHARE = 0.03  # [EXP]
SECOND_REJECTION_SHARE = 0.10
"""Resubmissions that are rejected again [EXP]; the third attempt always passes."""
ABANDONED_SHARE = 0.02
"""Rejected claims that nobody sends again, so that the filing limit passes [EXP]."""
CLEARINGHOUSE_REJECTION_SHARE = 0.60
REJECTION_STATUS_CODES = {
    "A3": ("21", "33", "116", "562", "500"),
    "A6": ("125", "158", "164", "562", "254"),
    "A7": ("33", "164", "116", "255", "454", "562"),
    "A8": ("187", "249", "453", "477"),
}
"""Claim status codes by 277CA category: returned unprocessed, information missing, information
invalid, fields that contradict each other [X12 code lists 507 and 508; the choice is EXP]."""
PAYER_REJECTION_CATEGORIES = {"A6": 0.25, "A7": 0.60, "A8": 0.15}
CLEARINGHOUSE_REJECTION_NEXT_DAY_SHARE = 0.40
PAYER_REJECTION_DAYS = (1, 3)
RESUBMISSION_DAYS = (2, 8)

# ---------------------------------------------------------------------------------------------
# Prior authorization, and other causes of denials
# ---------------------------------------------------------------------------------------------
PRIOR_AUTHORIZATION_FAMILIES = {
    "commercial": ("imaging", "surgery", "room_and_board", "drug"),
    "medicare": ("surgery",),
    "medicare_advantage": ("imaging", "surgery", "room_and_board", "drug", "therapy"),
    "medicaid": ("surgery", "room_and_board", "drug", "therapy"),
    "medicaid_mco": ("imaging", "surgery", "room_and_board", "drug", "therapy"),
    "aca_marketplace": ("imaging", "surgery", "room_and_board", "drug"),
    "self_pay": (),
}
"""Families of a claim's first line whose claims need a prior authorization number. Medicare
itself asks for few, its managed plans for most of what costs much [KFF 2023 on MA; EXP]."""
MISSING_AUTHORIZATION_SHARES = {
    "imaging": 0.15,
    "therapy": 0.17,
    "drug": 0.12,
    "surgery": 0.09,
    "room_and_board": 0.04,
}
"""Claims that need a number and leave without one: the dearer the service, the likelier somebody
asked for it. Yields the 13 % of denials that are CO-197 [BM 2.3, CAL]."""
UNNEEDED_AUTHORIZATION_SHARE = 0.02  # claims that carry a number all the same [EXP]

MISSING_AUTHORIZATION_DENIAL = 0.85
COVERAGE_GAP_DENIAL = 0.90
MISTAKE_DENIAL = 0.60
"""Chances that a claim is denied for want of a number, for a lapsed coverage, for a mistake of
the biller or coder who touched it before it left [EXP]."""
REGISTRATION_CARCS = ("31", "109")
"""Denials for eligibility that a wrong registration causes: not our member, another payer's."""
CAUSED_SHARE_PRIOR_ACCOUNTS = 150
"""A payer's own share of denials with a cause weighs as its accounts against this many average
ones: in a small set a month has too few of its accounts to tell that share."""

# ---------------------------------------------------------------------------------------------
# Denials
# ---------------------------------------------------------------------------------------------
DENIAL_LINE_COUNT_FACTORS = (0.05, 0.85, 1.05, 1.25, 1.40)
"""Relative denial propensity of claims of 1, 2, 3, 4, 5+ lines. Partial denials are about three
times as many as full ones (SynPUF: 16 % of claims with a denied line, 3.8 % wholly denied, 56 %
of professional claims of one line) [BM 2.1]; causes deny claims of one line as often as others,
which leaves little of them to the rest [CAL]."""
DENIAL_AMOUNT_EXPONENT = 0.05
DENIAL_AMOUNT_RANGE = (0.70, 1.50)
"""Denials skew to claims of 14,000 dollars and more [BM 2.1: Premier]."""
DENIAL_FAMILY_FACTORS = {
    "imaging": 1.25,
    "surgery": 1.00,
    "drug": 1.30,
    "therapy": 1.15,
    "room_and_board": 0.70,
    "office_visit": 0.90,
    "laboratory": 0.90,
}
MAX_DENIAL_PROBABILITY = 0.90
FULL_DENIAL_SHARE = 0.06
FULL_DENIAL_SHARE_INPATIENT = 0.04
FULL_DENIAL_SHARE_LAPSED = 0.40
"""Share of denials of claims of several lines that deny every line; more where the
coverage has lapsed [CAL]."""
MORE_DENIED_LINES = 0.10
"""Chance of each further line of a partially denied claim to be denied too [EXP]."""
DENIED_LINE_AMOUNT_EXPONENT = -1.6
"""Partial denials fall on the small lines of a claim: 5 % of gross charges are denied, on claims
that make up 22 % of them (11.8 % of claim dollars, Kodiak 2024 [BM 2.1], lies between) [CAL]."""
DENIED_REMIT_EXTRA_DAYS = 5  # denied claims' first remittance +5 days [BM 2.4, EXP]


@dataclass(frozen=True)
class DenialReason:
    """One way to deny: CAS group, CARC, weight among initial denials, and what follows.

    `full_share` is the share of its denials that are of whole claims; `corrected` and `appealed`
    the chances that it is worked in that way, the rest is never worked.
    """

    group: str
    carc: str
    category: str
    weight: float
    full_share: float
    remark_codes: tuple[str, ...]
    corrected: float
    appealed: float


# Weights and pairs [BM 2.3: shaped by Change Healthcare 2020, Kodiak 2024, KFF 2023; EXP].
# Totals over reasons: 45 % never worked, 35 % corrected, 20 % appealed [BM 2.2].
DENIAL_REASONS = (
    DenialReason("CO", "16", "missing_info", 0.18, 0.17, ("N382", "N290", "M81", "MA130"),
                 0.72, 0.0),
    DenialReason("CO", "252", "rfi", 0.07, 0.20, ("M127", "N706"), 0.35, 0.37),
    DenialReason("CO", "226", "rfi", 0.05, 0.20, ("M127", "N706"), 0.35, 0.37),
    DenialReason("CO", "197", "authorization", 0.13, 0.20, (), 0.05, 0.70),
    DenialReason("PR", "27", "eligibility", 0.04, 0.60, ("N30",), 0.0, 0.0),
    DenialReason("CO", "27", "eligibility", 0.05, 0.60, ("N30",), 0.55, 0.0),
    DenialReason("CO", "31", "eligibility", 0.05, 0.60, (), 0.55, 0.0),
    DenialReason("CO", "109", "eligibility", 0.04, 0.60, ("N418",), 0.55, 0.0),
    DenialReason("CO", "22", "cob", 0.06, 0.40, ("N4", "MA04"), 0.62, 0.0),
    DenialReason("OA", "18", "duplicate", 0.08, 0.20, ("N522",), 0.0, 0.0),
    DenialReason("CO", "50", "medical_necessity", 0.07, 0.20, ("N115",), 0.0, 0.78),
    DenialReason("CO", "97", "bundling", 0.04, 0.06, ("M15",), 0.52, 0.12),
    DenialReason("CO", "236", "bundling", 0.02, 0.06, ("N19",), 0.52, 0.12),
    DenialReason("CO", "4", "coding", 0.03, 0.12, ("N519",), 0.72, 0.0),
    DenialReason("CO", "11", "coding", 0.02, 0.12, ("N519",), 0.72, 0.0),
    DenialReason("PR", "96", "non_covered", 0.03, 0.12, ("N130",), 0.0, 0.0),
    DenialReason("PR", "204", "non_covered", 0.01, 0.12, ("N130",), 0.0, 0.0),
)  # fmt: skip
TIMELY_FILING_REASON = DenialReason("CO", "29", "timely_filing", 0.03, 1.0, ("N211",), 0.0, 0.15)

# ---------------------------------------------------------------------------------------------
# Rework
# ---------------------------------------------------------------------------------------------
WORKED_AMOUNT_EXPONENT = 0.35
"""The larger the denied amount, the likelier it is worked [BM 2.2, EXP]."""
MAX_WORKED_PROBABILITY = 0.97
CORRECTION_LAG_MEAN = 11.0
CORRECTION_LAG_SHAPE = 2.0
CORRECTION_SUCCESS = 0.75  # 89 % of RFI denials resolve; Crowe: 76 % of denied claims paid [BM 2.2]
CORRECTED_REMIT_EXTRA_DAYS = 8
"""Rework cycles take 45-60 days from denial to the second remittance [BM 2.4]."""

APPEAL_LAG_MEAN = 15.0
APPEAL_LAG_SHAPE = 2.0
APPEAL_DECISION_DAYS = (45, 60)  # rounds of 45-60 days, Premier [BM 2.2]
APPEAL_OVERTURN = {
    "commercial": 0.543,
    "medicare": 0.479,
    "medicare_advantage": 0.527,
    "medicaid": 0.479,
    "medicaid_mco": 0.479,
    "aca_marketplace": 0.44,
    "self_pay": 0.0,
}
"""Overturned: private 54.3 %, MA 52.7 %, Medicare and Medicaid 47.9 % [BM 2.2: Premier];
marketplace 44 % [KFF 2023]."""
APPEAL_PAYMENT_DAYS = (5, 20)

WRITEOFF_MIN_DAYS = 60
WRITEOFF_SPREAD_DAYS = 240
WRITEOFF_SKEW = 4.0
WRITEOFF_SMALL_DOLLARS = 150.0
WRITEOFF_SMALL_SPREAD_DAYS = 90
WRITEOFF_NEVER_SHARE = 0.02
"""Lost denials are written off 60-300 days after the last payer action; some never [CAL]."""

# ---------------------------------------------------------------------------------------------
# Patient balances
# ---------------------------------------------------------------------------------------------
COPAY_AT_VISIT_SHARE = 0.72
"""Copays that are paid at the visit [EXP]."""
FIRST_STATEMENT_DAYS = (2, 9)
SMALL_BALANCE_DOLLARS = 10.0
SMALL_BALANCE_SHARE = 0.70
SMALL_BALANCE_DAYS = (30, 60)
COLLECTED_AMOUNT_EXPONENT = -0.24
"""The larger a patient balance, the less likely it is paid [EXP, CAL]."""
INSTALMENT_WEIGHTS = (0.62, 0.22, 0.16)
INSTALMENT_MIN_DOLLARS = 100.0
FIRST_PATIENT_PAYMENT_MEAN_DAYS = 20.0
INSTALMENT_DAYS = 30
BROKEN_PLAN_SHARE = 0.12
"""Patients who pay a third and then stop [EXP]."""
CHARITY_DAYS = (10, 50)
BAD_DEBT_SPREAD_DAYS = 90
BAD_DEBT_SKEW = 6.0
"""Bad debt 120-210 days after the first statement, most of it soon after day 120 [EXP, CAL]."""
BAD_DEBT_MIN_DAYS = 120
NEVER_RESOLVED_SHARE = 0.01
PAYMENT_METHODS = ("card", "check", "cash", "ach")
PAYMENT_METHOD_WEIGHTS = {"visit": (0.80, 0.06, 0.14, 0.0), "later": (0.55, 0.25, 0.0, 0.20)}
PAYMENT_SOURCES = ("point_of_service", "statement", "portal", "agency")
PORTAL_SHARE = 0.45

# ---------------------------------------------------------------------------------------------
# Adjudication and after: sequestration, secondary payers, checks, takebacks, late charges, voids
# ---------------------------------------------------------------------------------------------
SEQUESTRATION_SHARE = 0.02
"""What Medicare keeps of its payments [Budget Control Act of 2011; 2 % since July 2022]."""

SECONDARY_NOT_COVERED_SHARE = 0.06
SUPPLEMENT_LEAVES_DEDUCTIBLE_SHARE = 0.60
SECOND_PLAN_COINSURANCE = (0.0, 0.10, 0.20)
"""Claims that a secondary payer refuses; supplements that don't pay Medicare's deductible (plans
G and N, sold most today); coinsurance that a second employer plan asks for [EXP]."""
CROSSOVER_DAYS = (2, 6)
SECONDARY_BILLING_DAYS = (2, 9)
SECONDARY_MISTAKE_SHARE = 0.02
SECONDARY_MISTAKE_RANGE = (0.05, 0.40)
"""Secondaries that take the first payer's part for too small, and by how much of their own
payment they then pay too much [EXP]."""
SECONDARY_REFUND_DAYS = (30, 90)
REFUND_SHARE = 0.85
PATIENT_REFUND_DAYS = (20, 90)
"""Credits that are paid back, and when; the rest stay on the account [EXP]."""

PROMPT_PAYMENT_DAYS = 45
INTEREST_RATE = 0.10
INTEREST_CLASSES = ("commercial", "medicare_advantage", "medicaid_mco")
"""Interest a year on clean claims that are paid later; states differ, 30 to 45 days and 8 to
18 % are usual [EXP]."""

SECOND_CORRECTION_SHARE = 0.30
"""Corrected claims that fail and are corrected once more [EXP]."""

TAKEBACK_SHARE = 0.0075
TAKEBACK_MIN_DOLLARS = 20.0
TAKEBACK_DAYS = (60, 240)
TAKEBACK_TERMINATED_SHARE = 0.30
TAKEBACK_CUT_RANGE = (0.10, 0.40)
TAKEBACK_LATER_SHARE = 0.50
TAKEBACK_RECOVERY_DAYS = (14, 38)
"""Payments taken back: of the claims that may be, about 0.5 % of all paid ones; the days from
payment to takeback and from takeback to a later recovery (the next check comes up to a week
after); the share for want of coverage, else repriced by a share of the payment [EXP]."""

VOID_SHARE = 0.0035
VOID_DAYS = (30, 120)
"""Voids among the claims that may be: about 0.15 % of adjudicated ones [EXP]."""

LATE_CHARGE_SHARE = 0.0105
LATE_CHARGE_DAYS = (5, 22)
LATE_CHARGE_BILLING_DAYS = (1, 6)
"""Accounts whose last charge is posted days after the first submission: about 0.8 % of insured
accounts of several lines; days from its posting to the replacement claim [EXP]."""
DOUBLE_CHARGE_SHARE = 0.001
DOUBLE_CHARGE_CREDIT_DAYS = (0, 3)
"""Accounts with a charge posted twice and credited before the bill [EXP]."""

APPEAL_ROUNDS = 3
APPEAL_ROUND_FACTORS = (0.78, 0.60, 0.45)
"""A payer's overturn rate is of denials, over all their rounds; one round wins less, a later one
less still [CAL]."""
NEXT_APPEAL_SHARE = 0.35
PARTIAL_OVERTURN_SHARE = 1.0
"""Appeals of several denied lines that win some of them: a payer gives way where it can keep
something. Yields 7 to 10 % of all decisions [EXP]."""

# ---------------------------------------------------------------------------------------------
# Staff
# ---------------------------------------------------------------------------------------------
STAFF_ROLES = {
    "biller": 12,
    "coder": 7,
    "ar_agent": 11,
    "appeals_specialist": 5,
    "payment_poster": 5,
}
STAFF_TEAMS = {
    "biller": ("Claims North", "Claims South"),
    "coder": ("Coding",),
    "ar_agent": ("Follow-up Commercial", "Follow-up Government"),
    "appeals_specialist": ("Appeals",),
    "payment_poster": ("Cash Posting",),
}
STAFF_SPEED_SIGMA = 0.25
STAFF_ERROR_MEAN = 0.05  # beta(2, 38), people differ from 1 % to 12 % [EXP]
STAFF_ERROR_SHAPE = 2.0
ERROR_FOUND_MEAN_DAYS = 20.0
CAUSE_FOUND_MEAN_DAYS = 6.0
"""Days from a wrong touch until it is found; from the denial that it caused [EXP]."""
WORK_TYPES = (
    "billing",
    "edit_resolution",
    "denial_rework",
    "appeal",
    "follow_up",
    "payment_posting",
    "write_off",
)
WORK_MINUTES_SIGMA = 0.4
WORK_MINUTES = {
    "billing": 4.0,
    "edit_resolution": 11.0,
    "denial_rework": 22.0,
    "appeal": 55.0,
    "follow_up": 9.0,
    "payment_posting": 3.0,
    "write_off": 6.0,
}
MANUAL_BILLING_SHARE = 0.15
FOLLOW_UP_AFTER_DAYS = 30
FOLLOW_UP_SHARE = 0.50
MANUAL_POSTING_SHARE = 0.08

# ---------------------------------------------------------------------------------------------
# Planted stories: sizes are the where it names them, the rest is [EXP]
# ---------------------------------------------------------------------------------------------
STORY_PLACE = (6, 20)
"""Stories run within these months after the set's first, so that half a year of usual business
stands before each of them."""
STORY_MONTHS = {
    "payer_denies_family": 3,
    "payer_underpays": 4,
    "careless_biller": 4,
    "mass_takeback": 1,
    "slow_department": 3,
    "clearinghouse_outage": 1,
    "slow_payer": 3,
}
STORY_PAYER_SHARE = 0.06
"""Share of all claims below which a payer's story would drown in chance."""
STORY_FAMILIES = ("imaging", "therapy", "surgery", "drug")
"""Families for which payers ask authorization."""
STORY_FAMILY_SHARE = 0.0035
"""Smallest share of all claims that a payer and family may have: 17 a month of 5,000."""
STORY_DENIAL_SHARE = 0.55
STORY_PAYMENT_FACTOR = 0.93
STORY_ERROR_RATE = 0.40
STORY_TAKEBACK_CLAIMS = 12
STORY_TAKEBACK_MONTHS_BACK = (7, 5)
"""Months of service that the takeback reaches, counted back from its own: all paid by then."""
STORY_DEPARTMENT_SHARES = (0.04, 0.20)
STORY_POSTING_LAG_FACTOR = 4.0
STORY_OUTAGE_DAYS = 5
STORY_ELIGIBILITY_SHARE = 0.12
STORY_WAVE_DAYS = 21
STORY_REMITTANCE_LAG_FACTOR = 2.0

# ---------------------------------------------------------------------------------------------
# Targets at the end of 24 months, checked by the calibration test
# ---------------------------------------------------------------------------------------------
TARGET_AR_DAYS = (45.0, 60.0)
"""Net days in A/R with open denials at their contracted amount. Top-10 43.6, mean 56.9 days
[BM 2.5: Kodiak 2024]; the rest is room for a small set's chance."""
TARGET_OVER_90_SHARE = (0.22, 0.37)  # top-10 22.5 %, mean 35.9 % [BM 2.5: Kodiak 2024]
TARGET_PATIENT_COLLECTION = 0.345  # [BM 2.6: Kodiak 2024]
TARGET_SELF_PAY_COLLECTION = 0.29  # [BM 2.6: Tenet]

# ---------------------------------------------------------------------------------------------
# Defects of the raw files
# ---------------------------------------------------------------------------------------------
# All rates [EXP]: what a careful integration team meets in hospital interfaces, one or two rows in
# a hundred altogether, so that a set of a few months has every kind.
DEFECT_RATES: dict[str, dict[str, float]] = {
    "late_row": {
        "charges": 0.003,
        "encounter_diagnoses": 0.001,
        "claims": 0.002,
        "claim_acknowledgements": 0.002,
        "remittance_claims": 0.0015,
        "patient_payments": 0.002,
        "account_adjustments": 0.002,
        "refunds": 0.002,
    },
    "wrong_total": {"claims": 0.001, "remittance_claims": 0.001},
    "impossible_date": {"charges": 0.001, "patient_payments": 0.001},
    "negative_amount": {"charges": 0.0007, "patient_payments": 0.0007},
    "unknown_code": {"charges": 0.001},
    "swapped_dates": {"charges": 0.003, "encounters": 0.02},
    "exact_duplicate": {
        "charges": 0.0015,
        "encounter_diagnoses": 0.001,
        "claims": 0.001,
        "claim_lines": 0.0007,
        "claim_acknowledgements": 0.001,
        "remittances": 0.002,
        "remittance_claims": 0.001,
        "remittance_lines": 0.0005,
        "remittance_adjustments": 0.0005,
        "patient_payments": 0.002,
        "account_adjustments": 0.001,
        "refunds": 0.002,
    },
    "near_duplicate": {
        "charges": 0.001,
        "claims": 0.001,
        "claim_lines": 0.0005,
        "patient_payments": 0.001,
        "account_adjustments": 0.001,
    },
    "orphan": {
        "charges": 0.0005,
        "encounter_diagnoses": 0.0003,
        "claim_lines": 0.0004,
        "patient_payments": 0.0008,
        "work_items": 0.001,
    },
}
"""By defect and kind of row, of the rows that can have it. Claims take their lines with them, and
claims on remittances their lines and adjustments, when they come late."""

PATIENT_DEFECT_RATES = {
    "odd_name": 0.012,
    "malformed_phone": 0.008,
    "malformed_email": 0.008,
    "malformed_zip": 0.005,
}
FILE_DEFECT_RATES = {"resent_file": 0.004, "cut_file": 0.004}
"""Of the files of a table and day."""
CUT_SHARE = 0.4
"""Rows that a file that was cut off lacks."""
LATE_DAYS = (1, 20)
DUPLICATE_DAYS = (1, 3)
REPAIR_DAYS = (1, 6)
RESENT_DAYS = (1, 1)
CUT_DAYS = (1, 2)
WRONG_TOTAL_DOLLARS = (1, 400)
UNKNOWN_CODES = ("ZZ999", "ZX000", "ZQ123")
