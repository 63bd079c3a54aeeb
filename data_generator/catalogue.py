"""What the hospitals do and charge: codes, prices, kinds of visit, departments, diagnoses.

Code values only: CPT and revenue code texts are copyrighted. Prices are chargemaster dollars per
unit of hospital A before its own spread [EXP, scaled to the public chargemaster magnitudes].
Weights follow the line shares of DE-SynPUF and 2022 Part B use (99214 before 99213) [BM 2.6].
"""

from dataclasses import dataclass, field

ONE, STAY, REST_OF_STAY, FEW, DOSE = range(5)
"""Rules for units: one; days of the stay; days but the first; 1-3; 2-20."""

MODIFIERS = ("25", "26", "59", "GP", "RT", "LT")


@dataclass(frozen=True)
class Item:
    """One chargeable service; `code` is empty on room and board and the like."""

    claim_type: str
    code: str
    revenue: str
    family: str
    price: float
    units: int = ONE

    @property
    def service_code(self) -> str:
        """The fee schedule's code: the procedure, or the revenue code where there is none."""
        return self.code or self.revenue


def _professional(family: str, prices: dict[str, float], units: int = ONE) -> list[Item]:
    return [Item("P", code, "", family, price, units) for code, price in prices.items()]


def _institutional(
    family: str, revenue: str, prices: dict[str, float], units: int = ONE
) -> list[Item]:
    return [Item("I", code, revenue, family, price, units) for code, price in prices.items()]


ITEMS: tuple[Item, ...] = (
    *_professional(
        "office_visit",
        {
            "99202": 168, "99203": 242, "99204": 362, "99205": 478, "99211": 58, "99212": 118,
            "99213": 198, "99214": 288, "99215": 402, "99395": 265, "99396": 284, "99397": 305,
            "G0439": 262,
        },
    ),
    *_professional(
        "hospital_visit",
        {
            "99221": 268, "99222": 362, "99223": 498, "99238": 212, "99239": 306, "99291": 690,
        },
    ),
    *_professional("hospital_visit", {"99231": 128, "99232": 214, "99233": 306}, REST_OF_STAY),
    *_professional("emergency", {"99281": 118, "99282": 196, "99283": 312, "99284": 498,
                                 "99285": 726}),
    *_professional(
        "laboratory",
        {
            "36415": 24, "80048": 58, "80053": 82, "80061": 92, "81001": 32, "81003": 24,
            "82306": 156, "82947": 28, "83036": 74, "84443": 112, "85025": 56, "87880": 52,
            "82043": 46, "84153": 96, "86803": 98,
        },
    ),
    *_professional(
        "diagnostic",
        {
            "93000": 96, "93010": 48, "93306": 1180, "93015": 612, "94010": 142, "93880": 740,
            "93225": 310,
        },
    ),
    *_professional(
        "imaging",
        {
            "71045": 62, "71046": 78, "73030": 74, "73562": 82, "70450": 268, "74177": 524,
            "72148": 436, "76700": 242, "73721": 418, "71260": 372,
        },
    ),
    *_professional("drug", {"90686": 42, "90471": 48, "96372": 62, "J3301": 26, "J1885": 18,
                            "20610": 264, "90715": 88}),
    *_professional("therapy", {"97110": 92, "97140": 84, "97530": 98, "97112": 94}, FEW),
    *_professional("therapy", {"97161": 228, "97162": 252, "97014": 46, "98941": 88}),
    *_professional(
        "surgery",
        {
            "45378": 1480, "45380": 1790, "43239": 1320, "47562": 4280, "29881": 4120,
            "27447": 7860, "49505": 3240, "66984": 3920, "64483": 1160, "44970": 3980,
            "33208": 3480, "11042": 480,
        },
    ),
    *_professional("surgery", {"00840": 1240, "00810": 860, "01400": 980}),
    # institutional: outpatient
    *_institutional(
        "laboratory", "0300", {"36415": 38, "80048": 146, "80053": 218, "80061": 196}
    ),
    *_institutional(
        "laboratory", "0301",
        {"82306": 284, "83036": 158, "84443": 232, "84484": 276, "83880": 342, "83605": 168},
    ),
    *_institutional("laboratory", "0305", {"85025": 134, "85610": 92, "85730": 108}),
    *_institutional("laboratory", "0306", {"87086": 156, "87040": 248}),
    *_institutional("laboratory", "0307", {"81001": 78}),
    *_institutional("imaging", "0320", {"71045": 386, "71046": 448, "73030": 412, "73562": 438}),
    *_institutional("imaging", "0350", {"70450": 2380, "74177": 4620, "71260": 3240}),
    *_institutional("imaging", "0610", {"72148": 3860, "73721": 3640}),
    *_institutional("imaging", "0402", {"76700": 1120, "93880": 1240}),
    *_institutional("diagnostic", "0730", {"93005": 312}),
    *_institutional("diagnostic", "0480", {"93306": 3480}),
    *_institutional("emergency", "0450", {"99281": 420, "99282": 780, "99283": 1360, "99284": 2280,
                                          "99285": 3640}),
    *_institutional("drug", "0260", {"96365": 640, "96374": 420, "96360": 480, "96375": 226}),
    *_institutional("drug", "0335", {"96413": 1180, "96415": 320}),
    *_institutional("drug", "0636", {"J1885": 24, "J2405": 18, "J7030": 46, "J1100": 12,
                                     "J0897": 46, "J1745": 158, "J9271": 92, "J2506": 640}, DOSE),
    *_institutional("surgery", "0360", {"45378": 4980, "45380": 5860, "43239": 4720,
                                        "47562": 21400, "29881": 16200, "49505": 17800,
                                        "66984": 9800, "64483": 4260}),
    # institutional: by revenue code alone
    Item("I", "", "0120", "room_and_board", 2480, STAY),
    Item("I", "", "0110", "room_and_board", 2860, STAY),
    Item("I", "", "0200", "room_and_board", 5940, STAY),
    Item("I", "", "0250", "drug", 640, STAY),
    Item("I", "", "0258", "drug", 210, STAY),
    Item("I", "", "0270", "facility", 460, STAY),
    Item("I", "", "0272", "facility", 1180),
    Item("I", "", "0278", "facility", 7400),
    Item("I", "", "0300", "laboratory", 620, STAY),
    Item("I", "", "0320", "imaging", 980),
    Item("I", "", "0350", "imaging", 3980),
    Item("I", "", "0360", "surgery", 17600),
    Item("I", "", "0370", "surgery", 4260),
    Item("I", "", "0410", "therapy", 340, STAY),
    Item("I", "", "0420", "therapy", 310, STAY),
    Item("I", "", "0450", "emergency", 2960),
    Item("I", "", "0480", "diagnostic", 2240),
    Item("I", "", "0710", "facility", 2460),
    Item("I", "", "0730", "diagnostic", 540),
)  # fmt: skip

ITEM_INDEX = {(item.claim_type, item.service_code): index for index, item in enumerate(ITEMS)}
FAMILIES = tuple(dict.fromkeys(item.family for item in ITEMS))


@dataclass(frozen=True)
class Template:
    """How one billing account is charged.

    `line_counts` weighs 1, 2, 3, ... lines; the first line comes from `first`, each further one,
    all different, from `further`. `place` is the place of service of a professional claim or the
    first two digits of the type of bill of an institutional one.
    """

    claim_type: str
    place: str
    line_counts: tuple[float, ...]
    first: dict[str, float]
    further: dict[str, float]
    modifier: str = ""
    """Modifier of every line: 26 on a reading, GP on therapy."""


OFFICE_FURTHER = {
    "36415": 3.6, "85025": 1.7, "80053": 1.6, "80061": 1.2, "83036": 1.1, "84443": 0.8,
    "81003": 0.7, "90686": 0.8, "90471": 0.9, "96372": 0.8, "87880": 0.5, "82306": 0.5,
    "93000": 0.8, "94010": 0.2, "J3301": 0.3, "20610": 0.3, "82947": 0.3, "90715": 0.2,
    "J1885": 0.2, "82043": 0.3,
}  # fmt: skip

TEMPLATES: dict[str, Template] = {
    "office": Template(
        "P", "11", (0.60, 0.21, 0.09, 0.05, 0.05),
        {"99214": 9.4, "99213": 7.0, "99212": 1.2, "99215": 1.1, "99203": 1.5, "99204": 1.3,
         "99211": 0.4, "99202": 0.3, "99205": 0.3, "99396": 0.9, "99395": 0.5, "99397": 0.3,
         "G0439": 0.8},
        OFFICE_FURTHER,
    ),
    "cardiology": Template(
        "P", "11", (0.52, 0.28, 0.12, 0.08),
        {"99214": 8.0, "99213": 4.0, "99215": 2.0, "99204": 2.0, "99203": 1.0},
        {"93000": 5.0, "93306": 1.6, "93015": 0.8, "36415": 1.0, "80061": 1.0, "93880": 0.4,
         "93225": 0.6, "80053": 0.6},
    ),
    "therapy": Template(
        "P", "11", (0.34, 0.38, 0.18, 0.10),
        {"97110": 8.0, "97161": 0.8, "97162": 0.6, "98941": 4.2},
        {"97140": 5.0, "97530": 3.0, "97112": 2.4, "97014": 1.6},
        "GP",
    ),
    "office_laboratory": Template(
        "P", "11", (0.38, 0.26, 0.16, 0.10, 0.06, 0.04),
        {"85025": 3.0, "80053": 3.0, "80061": 2.2, "83036": 2.0, "84443": 1.6, "80048": 1.2},
        {"36415": 6.0, "81001": 1.0, "82306": 1.4, "84153": 0.8, "86803": 0.4, "82043": 0.8,
         "82947": 0.6},
    ),
    "reading": Template(
        "P", "22", (0.88, 0.12),
        {"71046": 4.0, "71045": 2.0, "73030": 1.2, "73562": 1.4, "70450": 1.4, "74177": 1.6,
         "72148": 1.2, "71260": 0.9},
        {"76700": 1.2, "73721": 1.0, "93010": 1.0},
        "26",
    ),
    "surgeon": Template(
        "P", "22", (0.66, 0.24, 0.10),
        {"45378": 3.0, "45380": 3.0, "43239": 2.2, "47562": 0.8, "29881": 1.0, "49505": 0.8,
         "66984": 2.2, "64483": 1.2},
        {"00810": 2.0, "00840": 1.0, "01400": 0.8, "11042": 0.5},
    ),
    "emergency_physician": Template(
        "P", "23", (0.68, 0.22, 0.10),
        {"99283": 3.4, "99284": 4.2, "99285": 2.6, "99282": 1.0, "99281": 0.2},
        {"93010": 4.0, "71045": 1.6, "94010": 0.3, "36415": 0.3},
    ),
    "hospitalist": Template(
        "P", "21", (0.12, 0.28, 0.36, 0.16, 0.08),
        {"99222": 3.0, "99223": 4.0, "99221": 1.4},
        {"99232": 5.0, "99233": 3.0, "99231": 1.2, "99238": 3.0, "99239": 2.2, "99291": 0.8,
         "93010": 1.2},
    ),
    "inpatient_surgeon": Template(
        "P", "21", (0.40, 0.38, 0.16, 0.06),
        {"27447": 3.4, "47562": 1.8, "44970": 1.4, "33208": 1.0, "49505": 0.8},
        {"01400": 2.0, "00840": 2.0, "99232": 1.6, "99238": 1.2},
    ),
    "hospital_imaging": Template(
        "I", "13", (0.70, 0.20, 0.10),
        {"71046": 3.0, "73030": 1.2, "73562": 1.3, "70450": 1.2, "74177": 1.6, "72148": 1.4,
         "71260": 1.0},
        {"71045": 1.0, "76700": 1.6, "73721": 1.2, "93880": 0.8, "93306": 1.0},
    ),
    "hospital_laboratory": Template(
        "I", "13", (0.20, 0.24, 0.22, 0.16, 0.10, 0.08),
        {"80053": 3.0, "85025": 3.0, "80061": 1.8, "80048": 1.8},
        {"36415": 6.0, "83036": 1.4, "84443": 1.4, "82306": 1.0, "81001": 1.0, "87086": 0.8,
         "85610": 1.0, "83880": 0.5},
    ),
    "infusion": Template(
        "I", "13", (0.06, 0.34, 0.34, 0.18, 0.08),
        {"96365": 3.0, "96413": 3.0, "96360": 1.4},
        {"J1745": 1.4, "J9271": 0.9, "J0897": 1.2, "J2506": 0.5, "J2405": 2.0, "J1100": 1.6,
         "96375": 2.2, "J7030": 2.0, "96415": 1.4, "0258": 0.8},
    ),
    "day_surgery": Template(
        "I", "13", (0.06, 0.18, 0.30, 0.28, 0.18),
        {"45378": 3.0, "45380": 3.0, "43239": 2.2, "47562": 0.9, "29881": 1.0, "49505": 0.8,
         "66984": 2.0, "64483": 1.0},
        {"0370": 4.0, "0710": 4.0, "0250": 3.0, "0272": 3.0, "0278": 0.5, "0300": 0.8},
    ),
    "emergency_room": Template(
        "I", "13", (0.14, 0.20, 0.20, 0.18, 0.13, 0.09, 0.06),
        {"99283": 3.6, "99284": 4.0, "99285": 2.2, "99282": 1.2, "99281": 0.3},
        {"85025": 3.0, "80053": 3.0, "93005": 2.2, "71045": 1.8, "70450": 1.1, "74177": 1.2,
         "84484": 1.6, "96374": 1.6, "96360": 1.4, "J2405": 1.4, "J1885": 1.4, "81001": 1.4,
         "0250": 2.4, "83605": 0.5, "87040": 0.5},
    ),
    "medical_stay": Template(
        "I", "11", (0.0, 0.0, 0.0, 0.14, 0.22, 0.26, 0.20, 0.12, 0.06),
        {"0120": 6.0, "0110": 2.4, "0200": 0.9},
        {"0250": 9.0, "0300": 9.0, "0270": 7.0, "0450": 4.0, "0320": 3.0, "0350": 2.4,
         "0258": 2.0, "0410": 1.6, "0420": 1.6, "0480": 1.4, "0730": 2.2},
    ),
    "surgical_stay": Template(
        "I", "11", (0.0, 0.0, 0.0, 0.0, 0.14, 0.26, 0.28, 0.20, 0.12),
        {"0120": 6.0, "0110": 3.0, "0200": 1.0},
        {"0360": 30.0, "0250": 9.0, "0370": 12.0, "0270": 7.0, "0300": 6.0, "0710": 6.0,
         "0278": 3.0, "0272": 3.0, "0320": 1.6, "0420": 2.4, "0730": 1.0},
    ),
}  # fmt: skip
TEMPLATE_NAMES = tuple(TEMPLATES)


@dataclass(frozen=True)
class VisitKind:
    """One kind of encounter: its share of encounters, department and accounts.

    `accounts` lists templates with the chance that the account exists; the first is certain.
    """

    share: float
    setting: str
    department: str
    accounts: tuple[tuple[str, float], ...]
    diagnoses: str
    mean_stay_days: float = 0.0


SETTINGS = ("OFFICE", "OUTPT", "ED", "INPT")

# Shares yield 84 % professional, 14 % outpatient institutional, 1.7 % inpatient claims
# (SynPUF 84.5 / 14.3 / 1.1) [BM 2.6].
VISIT_KINDS = (
    VisitKind(0.530, "OFFICE", "primary_care", (("office", 1.0),), "primary_care"),
    VisitKind(0.125, "OFFICE", "cardiology", (("cardiology", 1.0),), "cardiology"),
    VisitKind(0.155, "OFFICE", "therapy", (("therapy", 1.0),), "musculoskeletal"),
    VisitKind(0.050, "OUTPT", "imaging", (("hospital_imaging", 1.0), ("reading", 0.45)),
              "musculoskeletal"),
    VisitKind(0.030, "OUTPT", "laboratory", (("hospital_laboratory", 1.0),), "primary_care"),
    VisitKind(0.030, "OUTPT", "laboratory", (("office_laboratory", 1.0),), "primary_care"),
    VisitKind(0.010, "OUTPT", "infusion", (("infusion", 1.0),), "oncology"),
    VisitKind(0.013, "OUTPT", "surgery", (("day_surgery", 1.0), ("surgeon", 0.85)), "surgery"),
    VisitKind(0.040, "ED", "emergency", (("emergency_room", 1.0), ("emergency_physician", 0.9)),
              "emergency"),
    VisitKind(0.012, "INPT", "medicine", (("medical_stay", 1.0), ("hospitalist", 0.85)),
              "inpatient", 4.4),
    VisitKind(0.005, "INPT", "surgery", (("surgical_stay", 1.0), ("inpatient_surgeon", 0.90)),
              "surgery", 3.2),
)  # fmt: skip

# ICD-10-CM codes (free to ship) with weights; primary care after 2022 shares [BM 2.6].
DIAGNOSES: dict[str, dict[str, float]] = {
    "primary_care": {
        "I10": 5.5, "E78.5": 2.4, "Z00.00": 2.0, "Z23": 1.6, "E11.9": 1.6, "E78.2": 1.3,
        "E03.9": 1.2, "K21.9": 1.1, "E55.9": 1.0, "F41.9": 0.9, "J06.9": 0.9, "M54.50": 0.9,
        "R53.83": 0.7, "E66.9": 0.7, "F32.A": 0.7, "J45.909": 0.5, "N39.0": 0.5, "G47.33": 0.5,
    },
    "cardiology": {
        "I10": 4.0, "I25.10": 3.0, "I48.91": 2.4, "I50.9": 1.8, "E78.5": 2.0, "R07.9": 1.6,
        "I35.0": 0.6, "R00.2": 0.9, "I49.3": 0.5, "R06.02": 0.8,
    },
    "musculoskeletal": {
        "M54.50": 3.0, "M25.561": 1.6, "M25.511": 1.5, "M17.11": 1.3, "M54.2": 1.5, "M62.81": 1.0,
        "S83.241A": 0.5, "M75.101": 0.6, "R10.9": 0.9, "R51.9": 0.8, "R91.1": 0.5,
    },
    "oncology": {
        "Z51.11": 3.0, "C18.9": 1.4, "C34.90": 1.3, "M06.9": 1.3, "K50.90": 1.2, "D50.9": 1.4,
        "M81.0": 1.0, "D70.1": 0.5,
    },
    "surgery": {
        "Z12.11": 3.0, "K63.5": 2.2, "K80.20": 1.2, "K40.90": 1.0, "H25.9": 1.6, "M17.11": 1.4,
        "M17.12": 1.2, "K35.80": 0.8, "K57.30": 0.9, "I44.2": 0.5,
    },
    "emergency": {
        "R07.9": 2.2, "R10.9": 2.0, "R51.9": 1.2, "S09.90XA": 0.9, "J18.9": 0.8, "N39.0": 1.0,
        "R55": 0.8, "S93.401A": 0.8, "J02.9": 0.8, "R11.2": 0.9, "I10": 1.4, "E11.9": 1.0,
    },
    "inpatient": {
        "A41.9": 2.4, "J18.9": 1.8, "I50.9": 1.8, "I21.4": 1.0, "N17.9": 1.3, "J44.1": 1.2,
        "I63.9": 0.9, "E11.65": 0.9, "I10": 1.8, "E87.1": 0.7, "K92.2": 0.7,
    },
}  # fmt: skip
DIAGNOSIS_COUNTS = (0.34, 0.30, 0.21, 0.15)
DIAGNOSIS_CODES = tuple(sorted({code for codes in DIAGNOSES.values() for code in codes}))

DRG_CODES = {
    "medical_stay": ("871", "291", "193", "280", "682", "190", "065", "638", "377"),
    "surgical_stay": ("470", "419", "343", "243", "353"),
}
DRG_LIST = tuple(code for codes in DRG_CODES.values() for code in codes)


@dataclass(frozen=True)
class Department:
    """One department; its name as each hospital has it, and the number of its providers."""

    key: str
    facility: int
    """0 the hospital, 1 the clinic."""
    names: tuple[str, str]
    code: str
    specialty: tuple[str, str]
    other_specialty: tuple[str, str]
    """What some of its providers change to."""
    providers: int
    slowness: float = field(default=1.0)
    """Factor on its charge lag."""


DEPARTMENTS = (
    Department("emergency", 0, ("Emergency Department", "EMERGENCY"), "EMER",
               ("Emergency Medicine", "EMERGENCY MED"),
               ("Critical Care Medicine", "CRITICAL CARE"), 6, 0.9),
    Department("medicine", 0, ("Inpatient Medicine", "HOSPITAL MEDICINE"), "HMED",
               ("Hospitalist", "HOSPITALIST"), ("Nephrology", "NEPHROLOGY"), 5, 1.1),
    Department("surgery", 0, ("Surgical Services", "SURGERY"), "SURG",
               ("General Surgery", "SURGERY"), ("Orthopedic Surgery", "ORTHOPEDICS"), 5, 1.2),
    Department("imaging", 0, ("Diagnostic Imaging", "RADIOLOGY"), "RADI",
               ("Radiology", "RADIOLOGY"), ("Interventional Radiology", "INTERV RAD"), 4, 0.8),
    Department("laboratory", 0, ("Laboratory", "LAB"), "LABO", ("Pathology", "PATHOLOGY"),
               ("Clinical Pathology", "CLIN PATH"), 2, 0.7),
    Department("infusion", 0, ("Infusion Center", "INFUSION"), "INFU",
               ("Oncology", "HEM/ONC"), ("Rheumatology", "RHEUM"), 2, 1.3),
    Department("primary_care", 1, ("Primary Care", "FAMILY MEDICINE"), "FAMM",
               ("Family Medicine", "FAMILY PRACTICE"),
               ("Internal Medicine", "INTERNAL MED"), 9, 1.0),
    Department("cardiology", 1, ("Heart Clinic", "CARDIOLOGY"), "CARD",
               ("Cardiology", "CARDIOLOGY"), ("Electrophysiology", "EP CARDIOLOGY"), 4, 1.0),
    Department("therapy", 1, ("Rehabilitation", "PHYSICAL THERAPY"), "PTOT",
               ("Physical Therapy", "PHYS THERAPY"),
               ("Occupational Therapy", "OCC THERAPY"), 4, 1.1),
)  # fmt: skip
FACILITY_NAMES = (
    ("Riverside General Hospital", "Riverside Medical Offices"),
    ("ST ANSELM HOSPITAL", "ST ANSELM CLINIC"),
)
