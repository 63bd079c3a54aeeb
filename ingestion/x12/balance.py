"""What must add up in an 835 (005010X221A1, section 1.10.2.1) before its money is believed."""

from collections.abc import Iterable
from decimal import Decimal

from ingestion.x12.remittance import ZERO, Adjustment, Claim, Remittance

REVERSAL = "22"
PATIENT_RESPONSIBILITY = "PR"


def check_balance(remittance: Remittance) -> None:
    """Raise RefusedFileError unless the money of the transaction adds up at every level.

    A positive adjustment lowers the payment.

    line          SVC02 less its CAS amounts = SVC03
    lines, claim  sum of SVC02 = CLP03, when lines are sent at all (hospital stays often have none)
    claim         CLP03 less the CAS amounts of claim and lines = CLP04
    transaction   sum of CLP04 less the PLB amounts = BPR02

    Together they hold every amount in place: whichever single one of SVC02, SVC03, CLP03, CLP04,
    CAS, PLB and BPR02 is altered on the way, one of them breaks. Patient responsibility (CLP05)
    and informational amounts (AMT) take no part in the balance; see `patient_share_warnings`.
    """
    for claim in remittance.claims:
        _check_lines(claim)
        _check_claim(claim)
    paid = sum((claim.paid_amount for claim in remittance.claims), ZERO)
    withheld = sum((item.amount for item in remittance.provider_adjustments), ZERO)
    if paid - withheld != remittance.payment_amount:
        raise remittance.segment.refuse(
            f"the transaction does not balance: claims paid {paid} less provider adjustments "
            f"{withheld} is {paid - withheld}, but the payment is {remittance.payment_amount}"
        )


def patient_share_warnings(remittance: Remittance) -> list[str]:
    """A sentence when CLP05 differs from the claims' PR adjustments.

    Only a warning, since the standard keeps CLP05 out of the balance and the warehouse takes
    patient responsibility from CAS. Payers leave CLP05 empty or at zero on a reversal (CLP02 22),
    so those are exempt, as are claims that state none.
    """
    differing = [
        claim
        for claim in remittance.claims
        if claim.claim_status_code != REVERSAL
        and claim.patient_responsibility_amount is not None
        and claim.patient_responsibility_amount != _patient_share(claim)
    ]
    if not differing:
        return []
    first = differing[0]
    return [
        f"CLP05 differs from the PR adjustments on {len(differing)} claim(s), first at segment "
        f"{first.segment.position}: {first.patient_responsibility_amount} against "
        f"{_patient_share(first)}"
    ]


def _check_lines(claim: Claim) -> None:
    for line in claim.lines:
        adjusted = _total(line.adjustments)
        if line.billed_amount - adjusted != line.paid_amount:
            raise line.segment.refuse(
                f"the line does not balance: charge {line.billed_amount} less adjustments "
                f"{adjusted} is {line.billed_amount - adjusted}, but paid is {line.paid_amount}"
            )
    billed = sum((line.billed_amount for line in claim.lines), ZERO)
    if claim.lines and billed != claim.billed_amount:
        raise claim.segment.refuse(
            f"the lines' charges are {billed}, but the claim's charge is {claim.billed_amount}"
        )


def _check_claim(claim: Claim) -> None:
    adjusted = _total(claim.all_adjustments())
    if claim.billed_amount - adjusted != claim.paid_amount:
        raise claim.segment.refuse(
            f"the claim does not balance: charge {claim.billed_amount} less adjustments "
            f"{adjusted} is {claim.billed_amount - adjusted}, but paid is {claim.paid_amount}"
        )


def _patient_share(claim: Claim) -> Decimal:
    return _total(
        item for item in claim.all_adjustments() if item.group_code == PATIENT_RESPONSIBILITY
    )


def _total(adjustments: Iterable[Adjustment]) -> Decimal:
    return sum((item.amount for item in adjustments), ZERO)
