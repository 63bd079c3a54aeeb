"""The truth tables once more, counted from written raw files by the definitions in truth.json.

Shares no code with the simulator's answer key nor with the models: plain pandas over Parquet.
"""

import datetime as dt
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from data_generator.catalogue import ITEMS
from data_generator.manifest import Options

ROOT = Path(__file__).resolve().parents[2]

KEYS = {
    "hospital_a_patients": ["patient_id"],
    "hospital_b_patients": ["mrn"],
    "hospital_a_encounters": ["encounter_id"],
    "hospital_b_encounters": ["visit_no"],
    "hospital_a_charges": ["charge_id"],
    "hospital_b_charges": ["charge_ref"],
    "hospital_a_departments": ["department_id"],
    "hospital_b_departments": ["dept_code"],
    "billing_coverages": ["coverage_id"],
    "billing_fee_schedules": [
        "payer_id", "submitter_id", "claim_type", "service_code", "effective_from_date",
    ],
    "billing_patient_payments": ["patient_payment_id"],
    "billing_account_adjustments": ["account_adjustment_id"],
    "billing_refunds": ["refund_id"],
    "billing_work_items": ["work_item_id"],
    "clearinghouse_claims": ["claim_id"],
    "clearinghouse_claim_lines": ["claim_id", "line_number"],
    "clearinghouse_remittances": ["remittance_id"],
    "clearinghouse_remittance_claims": ["remittance_claim_id"],
    "clearinghouse_remittance_lines": ["remittance_line_id"],
    "clearinghouse_remittance_adjustments": ["remittance_adjustment_id"],
}  # fmt: skip
"""What names a row of each table that the recount reads; the latest version of a key counts."""

VERSIONED = (
    "hospital_a_patients",
    "hospital_b_patients",
    "hospital_a_encounters",
    "hospital_b_encounters",
    "billing_coverages",
    "billing_fee_schedules",
    "billing_work_items",
)
"""Tables whose rows change."""

BAD = ("wrong_total", "impossible_date", "negative_amount", "unknown_code", "orphan")
"""Defects of rows that nobody can use."""
SWAPPED = {
    "hospital_a_charges": ["service_date", "post_date"],
    "hospital_b_charges": ["dos", "posted"],
    "hospital_a_encounters": ["admit_date", "discharge_date"],
    "hospital_b_encounters": ["arrival_date", "departure_date"],
}

ENTITIES = {
    "hospital_a_patients": ("patient", "HOSPITAL_A"),
    "hospital_b_patients": ("patient", "HOSPITAL_B"),
    "hospital_a_providers": ("provider", "HOSPITAL_A"),
    "hospital_b_providers": ("provider", "HOSPITAL_B"),
    "billing_payers": ("payer", None),
    "billing_coverages": ("coverage", None),
    "billing_staff": ("staff", None),
}
"""What each table with versions is about, and whose; its first column is the id."""

MEASURES = ["billed", "allowed", "paid", "contractual", "patient_responsibility",
            "denied_initially", "patient_paid", "denial_writeoff", "bad_debt", "charity",
            "small_balance", "uninsured_discount", "refunds"]  # fmt: skip


class Recount:
    """The truth tables once more, from the raw files in `folder`."""

    def __init__(self, folder: Path, options: Options) -> None:
        """Read nothing yet."""
        self.folder = folder
        self.options = options
        self._read: dict[str, pd.DataFrame] = {}

    def read(self, name: str) -> pd.DataFrame:
        """The latest version of each row; money in cents, dates of hospitals as timestamps."""
        if name not in self._read:
            self._read[name] = self._latest(name)
        return self._read[name].copy()

    def _latest(self, name: str) -> pd.DataFrame:
        table = pq.read_table(self.folder / f"{name}.parquet")
        for place, field in enumerate(table.schema):
            if pa.types.is_decimal(field.type):
                cents = (table.column(place).cast(pa.float64()).to_numpy() * 100).round()
                cents = pa.array(cents, from_pandas=True).cast(pa.int64())
                table = table.set_column(place, field.name, cents)
        frame = table.to_pandas().sort_values("_loaded_at", kind="stable")
        frame = self._without_bad_rows(name, frame)
        # what came twice counts once, as it came first; what changes counts as it came last
        keep = "last" if name in VERSIONED else "first"
        frame = frame.drop_duplicates(KEYS[name], keep=keep)
        for column in frame:
            if column.endswith("_date") or column in ("dos", "posted"):
                style = {"hospital_a": "%m/%d/%Y", "hospital_b": "%Y%m%d"}.get(name[:10])
                frame[column] = pd.to_datetime(frame[column], format=style)
        return frame.reset_index(drop=True)

    def _without_bad_rows(self, name: str, frame: pd.DataFrame) -> pd.DataFrame:
        """Without the rows that truth_defects lists as bad, and with swapped dates put right."""
        path = self.folder / "truth_defects.parquet"
        if not path.exists():
            return frame
        defects = pd.read_parquet(path)
        defects = defects[defects["table"] == name]
        meta = ["_loaded_at", "_source_file", "_batch_id"]
        key = frame[KEYS[name]].astype(str).agg("|".join, axis=1)
        arrival = frame["_loaded_at"].dt.date
        place = pd.MultiIndex.from_arrays([key, arrival, frame["_source_file"]])
        content = frame.drop(columns=meta, errors="ignore").astype(str).agg("|".join, axis=1)
        bad = defects[defects["defect"].isin(BAD)][["key", "arrival", "source_file"]]
        is_bad = place.isin(pd.MultiIndex.from_frame(bad))
        assert is_bad.sum() >= len(bad)
        # a file that is sent again brings its bad rows again
        is_bad = content.isin(content[is_bad])
        swapped = defects[defects["defect"] == "swapped_dates"].set_index("key")["arrival"]
        since = key.map(swapped)
        is_swapped = since.notna() & (arrival >= since.fillna(dt.date.max))
        if name in SWAPPED:
            frame.loc[is_swapped, SWAPPED[name]] = frame.loc[is_swapped, SWAPPED[name][::-1]].values
        return frame[~is_bad]

    def both(self, entity: str, a: list[str], b: list[str], names: list[str]) -> pd.DataFrame:
        """One table of the two hospitals under common names."""
        parts = []
        for letter, columns in (("a", a), ("b", b)):
            part = self.read(f"hospital_{letter}_{entity}")[columns].set_axis(names, axis=1)
            parts.append(part.assign(hospital_id=f"HOSPITAL_{letter.upper()}"))
        return pd.concat(parts, ignore_index=True)

    @cached_property
    def charges(self) -> pd.DataFrame:
        names = ["charge", "account", "encounter", "claim_type", "code", "revenue", "cents",
                 "service", "day"]  # fmt: skip
        charges = self.both(
            "charges",
            ["charge_id", "account_number", "encounter_id", "claim_type", "procedure_code",
             "revenue_code", "amount", "service_date", "post_date"],
            ["charge_ref", "acct_no", "visit_no", "bill_form", "cpt_hcpcs", "rev_code",
             "charge_cents", "dos", "posted"],
            names,
        )  # fmt: skip
        charges["claim_type"] = charges["claim_type"].replace({"1500": "P", "UB04": "I"})
        charges["code"] = charges["code"].fillna(charges["revenue"])
        return charges

    @cached_property
    def accounts(self) -> pd.DataFrame:
        """Payer, facility, department, first service and second payer by account number."""
        encounters = self.both(
            "encounters",
            ["encounter_id", "patient_id", "department_id", "coverage_id", "admit_date"],
            ["visit_no", "mrn", "dept_code", "coverage_id", "arrival_date"],
            ["encounter", "patient_id", "department_id", "coverage_id", "admit"],
        )
        departments = self.both(
            "departments",
            ["department_id", "facility_id"],
            ["dept_code", "site_code"],
            ["department_id", "facility_id"],
        )
        coverages = self.read("billing_coverages")
        first_claims = self.claims[self.claims["payer_sequence"] == "P"]
        billed_to = first_claims.groupby("patient_control_number")["payer_id"].first()
        accounts = self.charges.drop_duplicates("account")[["account", "encounter", "hospital_id"]]
        accounts = accounts.merge(encounters, on=["encounter", "hospital_id"], validate="m:1")
        accounts = accounts.merge(departments, on=["department_id", "hospital_id"], validate="m:1")
        registered = accounts["coverage_id"].map(coverages.set_index("coverage_id")["payer_id"])
        accounts["payer_id"] = accounts["account"].map(billed_to).fillna(registered).fillna("SELF")
        second = accounts[["account", "hospital_id", "patient_id", "admit"]].merge(
            coverages[coverages["coverage_sequence"] == 2],
            left_on=["hospital_id", "patient_id"],
            right_on=["submitter_id", "patient_id"],
        )
        active = (second["effective_from_date"] <= second["admit"]) & (
            second["effective_to_date"].isna() | (second["effective_to_date"] >= second["admit"])
        )
        accounts["has_second"] = accounts["account"].isin(second.loc[active, "account"])
        return accounts.set_index("account")

    @cached_property
    def claims(self) -> pd.DataFrame:
        claims = self.read("clearinghouse_claims")
        # an account is known by its charges; until one of them arrives, nothing of it counts
        return claims[claims["patient_control_number"].isin(self.charges["account"])]

    @cached_property
    def triplets(self) -> pd.DataFrame:
        """CAS triplets with what they are; lines of a remittance by remittance_line_id."""
        triplets = self.read("clearinghouse_remittance_adjustments")
        pair = triplets["group_code"] + "-" + triplets["carc"]
        reasons = pd.read_csv(ROOT / "seeds/reference/denial_reasons.csv", dtype=str)
        triplets["category"] = pair.map(reasons.set_index("denial_reason_id")["denial_category"])
        prior = pair == "OA-23"
        triplets["kind"] = np.select(
            [prior, triplets["group_code"] == "PR", triplets["category"].notna()],
            ["prior", "patient", "denied"],
            "contractual",
        )
        return triplets

    @cached_property
    def answers(self) -> pd.DataFrame:
        """Claims on remittances: who answers when, in which order, and the sums of their CAS."""
        answers = self.read("clearinghouse_remittance_claims").merge(
            self.read("clearinghouse_remittances")[["remittance_id", "payer_id", "payment_date"]],
            on="remittance_id",
            validate="m:1",
        )
        sums = self.triplets.pivot_table(
            index="remittance_claim_id", columns="kind", values="amount", aggfunc="sum"
        ).reindex(columns=["contractual", "patient"])
        answers = answers.merge(sums, left_on="remittance_claim_id", right_index=True, how="left")
        lines = self.read("clearinghouse_remittance_lines")
        allowed = lines.groupby("remittance_claim_id")["allowed_amount"].sum()
        answers["allowed"] = answers["remittance_claim_id"].map(allowed)
        money = ["contractual", "patient", "allowed"]
        answers[money] = answers[money].fillna(0).astype("int64")
        answers["is_primary"] = answers["claim_status_code"] != "2"
        assert (answers["patient"] == answers["patient_responsibility_amount"]).all()
        answers = answers[answers["patient_control_number"].isin(self.charges["account"])]
        return answers.rename(columns={"patient_control_number": "account", "payment_date": "day"})

    @cached_property
    def first_answers(self) -> pd.DataFrame:
        own = self.answers[self.answers["is_primary"] & (self.answers["claim_status_code"] != "22")]
        own = own.sort_values(["day", "remittance_claim_id"])
        return own.drop_duplicates("account")

    @cached_property
    def denied_lines(self) -> pd.DataFrame:
        """Lines that first remittances deny, with their charge and category."""
        denied = self.triplets[self.triplets["category"].notna()]
        lines = self.read("clearinghouse_remittance_lines")
        lines = lines[lines["paid_amount"] == 0][["remittance_line_id", "billed_amount"]]
        denied = denied.merge(lines, on="remittance_line_id", validate="1:1")
        denied = denied.merge(
            self.first_answers[["remittance_claim_id", "account", "payer_id", "day"]],
            on="remittance_claim_id",
        )
        own = self.claims[self.claims["payer_sequence"] == "P"]
        sent = own.groupby("patient_control_number")["submitted_date"].min()
        denied["submitted"] = denied["account"].map(sent)
        return denied

    def entries(self) -> pd.DataFrame:
        """The ledger: account, responsibility, day, cents."""
        accounts, answers = self.accounts, self.answers
        is_self = accounts["payer_id"] == "SELF"
        owner = is_self.map({True: "patient", False: "primary"})
        payer = answers["is_primary"].map({True: "primary", False: "secondary"})
        passes_on = answers["is_primary"] & answers["account"].map(accounts["has_second"])
        payments = self.read("billing_patient_payments")
        adjusted = self.read("billing_account_adjustments")
        refunds = self.read("billing_refunds")
        lost = adjusted["adjustment_type"] == "denial_writeoff"
        parts = [
            (self.charges["account"], self.charges["account"].map(owner), self.charges["day"],
             self.charges["cents"]),
            (answers["account"], payer, answers["day"],
             -answers["paid_amount"] - answers["contractual"] - answers["patient"]),
            (answers["account"], passes_on.map({True: "secondary", False: "patient"}),
             answers["day"], answers["patient"]),
            (payments["account_number"], "patient", payments["post_date"], -payments["amount"]),
            (adjusted["account_number"], lost.map({True: "primary", False: "patient"}),
             adjusted["post_date"], -adjusted["amount"]),
            (refunds["account_number"], refunds["refunded_to"], refunds["post_date"],
             refunds["amount"]),
        ]  # fmt: skip
        names = ["account", "responsibility", "day", "cents"]
        frames = [
            pd.DataFrame(dict(zip(names, part, strict=True))) for part in parts if len(part[0])
        ]
        entries = pd.concat(frames, ignore_index=True)
        assert entries["day"].notna().all()
        return entries[entries["account"].isin(accounts.index)]

    def ar_month_end(self) -> pd.DataFrame:
        entries = self.entries()
        ends = [start - dt.timedelta(1) for start in self.options.month_starts()[1:]]
        tables = []
        for end in [*ends, self.options.end_date]:
            until = entries[entries["day"] <= pd.Timestamp(end)]
            balance = until.groupby(["account", "responsibility"])["cents"].sum()
            balance = balance[balance != 0].reset_index()
            balance = balance.join(
                self.accounts[["payer_id", "hospital_id", "facility_id"]], on="account"
            )
            balance["gross"] = balance["cents"].clip(lower=0)
            balance["credit"] = balance["cents"].clip(upper=0)
            keys = ["payer_id", "hospital_id", "facility_id", "responsibility"]
            table = balance.groupby(keys).agg(
                gross_balance_amount=("gross", "sum"),
                credit_balance_amount=("credit", "sum"),
                account_count=("account", "size"),
            )
            tables.append(table.reset_index().assign(month_end_date=end))
        return pd.concat(tables, ignore_index=True)

    def money_by_month(self) -> pd.DataFrame:
        payer = self.accounts["payer_id"]
        answers, denied = self.answers, self.denied_lines
        primary = answers[answers["is_primary"]]
        payments = self.read("billing_patient_payments")
        adjusted = self.read("billing_account_adjustments")
        refunds = self.read("billing_refunds")

        def of_account(frame: pd.DataFrame) -> pd.Series:
            return frame["account_number"].map(payer)

        parts = {
            "billed": (self.charges["day"], self.charges["account"].map(payer),
                       self.charges["cents"]),
            "allowed": (primary["day"], primary["payer_id"], primary["allowed"]),
            "paid": (answers["day"], answers["payer_id"], answers["paid_amount"]),
            "contractual": (primary["day"], primary["payer_id"], primary["contractual"]),
            "patient_responsibility": (primary["day"], primary["payer_id"], primary["patient"]),
            "denied_initially": (denied["day"], denied["payer_id"], denied["billed_amount"]),
            "patient_paid": (payments["post_date"], of_account(payments), payments["amount"]),
            "refunds": (refunds["post_date"], of_account(refunds), refunds["amount"]),
        }  # fmt: skip
        for kind, part in adjusted.groupby("adjustment_type"):
            parts[kind] = (part["post_date"], of_account(part), part["amount"])
        sums = {}
        for measure, (day, payer_id, cents) in parts.items():
            month = pd.to_datetime(day).dt.to_period("M").dt.start_time.rename("month_start_date")
            sums[f"{measure}_amount"] = cents.groupby([month, payer_id.rename("payer_id")]).sum()
        table = pd.concat(sums, axis=1).fillna(0).astype("int64")
        table = table.reindex(columns=[f"{measure}_amount" for measure in MEASURES], fill_value=0)
        return table[(table != 0).any(axis=1)].reset_index()

    def initial_denials(self) -> pd.DataFrame:
        denied = self.denied_lines.assign(
            remittance_month_start_date=lambda f: f["day"].dt.to_period("M").dt.start_time,
            submission_month_start_date=lambda f: f["submitted"].dt.to_period("M").dt.start_time,
            denial_category=lambda f: f["category"],
        )
        keys = ["remittance_month_start_date", "submission_month_start_date", "payer_id",
                "denial_category"]  # fmt: skip
        return (
            denied.groupby(keys)
            .agg(
                claim_count=("account", "nunique"),
                line_count=("account", "size"),
                denied_amount=("billed_amount", "sum"),
            )
            .reset_index()
        )

    def changes(self) -> pd.DataFrame:
        """Attributes that later versions of rows change, on the day on which those arrive."""
        tables = []
        for name, (entity, hospital) in ENTITIES.items():
            raw = pq.read_table(self.folder / f"{name}.parquet")
            texts = {
                field.name: raw.column(field.name).cast(pa.string()).to_pandas()
                for field in raw.schema
                if not field.name.startswith("_")
            }
            frame = pd.DataFrame(texts).assign(
                arrived=raw.column("_loaded_at").to_pandas().dt.normalize()
            )
            key = raw.schema.names[0]
            frame = frame.sort_values("arrived", kind="stable")
            long = frame.melt([key, "arrived"], var_name="attribute", value_name="new_value")
            long["row"] = long.groupby([key, "attribute"]).cumcount()
            long["old_value"] = long.groupby([key, "attribute"])["new_value"].shift()
            changed = long[
                (long["row"] > 0) & (long["old_value"].fillna("") != long["new_value"].fillna(""))
            ]
            tables.append(
                changed.rename(columns={key: "entity_id", "arrived": "change_date"}).assign(
                    entity=entity, hospital_id=hospital
                )
            )
        names = ["entity", "hospital_id", "entity_id", "change_date", "attribute", "old_value",
                 "new_value"]  # fmt: skip
        return pd.concat(tables, ignore_index=True)[names]

    def stories(self, planted: pd.DataFrame) -> dict[str, tuple[int, int, int, float | None]]:
        """Of each planted story: rows in scope, rows affected, cents, and the measured value."""
        by_name = planted.set_index("story_name")
        return {name: getattr(self, f"_{name}")(story) for name, story in by_name.iterrows()}

    def _share_denied(self, scope: pd.Index, category: str) -> tuple[int, int, int, float | None]:
        denied = self.denied_lines
        denied = denied[(denied["category"] == category) & denied["account"].isin(scope)]
        count = denied["account"].nunique()
        share = count / len(scope) if len(scope) else None
        return len(scope), count, denied["billed_amount"].sum(), share

    def _answered(self, story: pd.Series) -> pd.DataFrame:
        """Accounts of the story's payers with service in its window and a first remittance."""
        accounts = self.accounts[self.accounts.index.isin(self.first_answers["account"])]
        return accounts[
            accounts["payer_id"].isin(story["payer_ids"].split(","))
            & accounts["admit"].between(story["first_date"], story["last_date"])
        ]

    def _payer_denies_family(self, story: pd.Series) -> tuple[int, int, int, float | None]:
        first_lines = self.charges.sort_values("charge").drop_duplicates("account")
        families = {(item.claim_type, item.service_code): item.family for item in ITEMS}
        pairs = zip(first_lines["claim_type"], first_lines["code"], strict=True)
        first_lines["family"] = [families[pair] for pair in pairs]
        of_family = first_lines[first_lines["family"] == story["procedure_family"]]
        accounts = self._answered(story)
        scope = accounts.index[accounts.index.isin(of_family["account"])]
        return self._share_denied(scope, "authorization")

    def _eligibility_wave(self, story: pd.Series) -> tuple[int, int, int, float | None]:
        return self._share_denied(self._answered(story).index, "eligibility")

    def _payer_underpays(self, story: pd.Series) -> tuple[int, int, int, float | None]:
        firsts = self.first_answers[self.first_answers["payer_id"] == story["payer_ids"]]
        lines = self.read("clearinghouse_remittance_lines")
        lines = lines[
            lines["remittance_claim_id"].isin(firsts["remittance_claim_id"])
            & (lines["allowed_amount"] > 0)
            & lines["service_date"].between(story["first_date"], story["last_date"])
        ]
        charges = self.charges[["charge", "hospital_id", "claim_type", "code"]]
        lines = lines.merge(charges, left_on="line_control_number", right_on="charge")
        fees = self.read("billing_fee_schedules")
        fees = fees[fees["payer_id"] == story["payer_ids"]].rename(
            columns={"submitter_id": "hospital_id", "service_code": "code", "allowed_amount": "fee"}
        )
        lines = lines.merge(fees, on=["hospital_id", "claim_type", "code"])
        lines = lines[
            (lines["effective_from_date"] <= lines["service_date"])
            & ~(lines["effective_to_date"] < lines["service_date"])
        ]
        contracted = lines["fee"] * lines["units"] // 100
        short = contracted - lines["allowed_amount"]
        ratio = lines["allowed_amount"].sum() / contracted.sum() if len(lines) else None
        return len(lines), (short > 0).sum(), short.sum(), ratio

    def _careless_biller(self, story: pd.Series) -> tuple[int, int, int, float | None]:
        items = self.read("billing_work_items")
        items = items[items["account_number"].isin(self.accounts.index)]
        items = items[
            (items["staff_id"] == story["staff_id"])
            & items["worked_date"].between(story["first_date"], story["last_date"])
        ]
        wrong = items[items["is_error"]]
        billed = self.charges[self.charges["account"].isin(wrong["account_number"])]["cents"].sum()
        return len(items), len(wrong), billed, len(wrong) / len(items) if len(items) else None

    def _slow_department(self, story: pd.Series) -> tuple[int, int, int, float | None]:
        accounts = self.accounts[
            (self.accounts["hospital_id"] == story["hospital_id"])
            & (self.accounts["department_id"] == story["department_id"])
        ]
        charges = self.charges[
            self.charges["account"].isin(accounts.index)
            & self.charges["service"].between(story["first_date"], story["last_date"])
        ]
        lag = (charges["day"] - charges["service"]).dt.days
        return len(lag), (lag > 3).sum(), charges["cents"].sum(), lag.mean() if len(lag) else None

    def _clearinghouse_outage(self, story: pd.Series) -> tuple[int, int, int, float | None]:
        claims = self.claims
        inside = claims["submitted_date"].between(story["first_date"], story["last_date"])
        after = claims[claims["submitted_date"] > story["last_date"]]
        resumed = after[after["submitted_date"] == after["submitted_date"].min()]
        billed = resumed["billed_amount"].sum()
        return len(resumed), len(resumed), billed, float(inside.sum())

    def _slow_payer(self, story: pd.Series) -> tuple[int, int, int, float | None]:
        firsts = self.first_answers[
            (self.first_answers["payer_id"] == story["payer_ids"])
            & self.first_answers["received_date"].between(story["first_date"], story["last_date"])
        ]
        days = (firsts["day"] - firsts["received_date"]).dt.days
        return (
            len(days),
            len(days),
            firsts["billed_amount"].sum(),
            days.mean() if len(days) else None,
        )

    def _mass_takeback(self, story: pd.Series) -> tuple[int, int, int, float | None]:
        that_day = self.answers[
            (self.answers["payer_id"] == story["payer_ids"])
            & (self.answers["day"] == story["first_date"])
        ]
        reverses = that_day["claim_status_code"] == "22"
        denied = self.triplets[self.triplets["category"].notna()]
        denied = denied.groupby("remittance_claim_id")["amount"].sum()
        refused = that_day["remittance_claim_id"].map(denied) == that_day["billed_amount"]
        taken = that_day[
            reverses
            & (that_day["paid_amount"] < 0)
            & that_day["account"].isin(that_day.loc[refused & ~reverses, "account"])
        ]
        return len(taken), len(taken), -taken["paid_amount"].sum(), float(len(taken))


def truth(folder: Path, name: str) -> pd.DataFrame:
    """A table of the answer key, money in cents."""
    frame = pd.read_parquet(folder / f"truth_{name}.parquet")
    for column in frame:
        if column.endswith("_amount"):
            frame[column] = [int(value * 100) for value in frame[column]]
        if column.endswith("_date"):
            frame[column] = pd.to_datetime(frame[column])
    return frame
