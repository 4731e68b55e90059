"""Random histories of a register, written to the database and kept in plain values, from which each day is replayed."""

import random
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import time_machine
from django.db import connection, transaction

from commitments.models import Commitment
from tests.support.factories import (
    AgencyFactory,
    AgendaPointFactory,
    AssessmentFactory,
    CommitmentFactory,
    FormerNameFactory,
    PartnerFactory,
    ProgressReportFactory,
    RecommendationFactory,
    ReportingCycleFactory,
    StakeholderFactory,
    WorkGroupFactory,
    corrected,
    many,
    many_published_reports,
    published_report,
    run_deferred_triggers,
)

START = date(2014, 1, 6)
PLACES = ["Nepal", "Chad", "Arab States"]
STATUSES = ["planning", "in_progress", "completed", "ongoing"]
ONE_DAY = timedelta(days=1)


@dataclass
class Body:
    """An agency or a group, with the names that it had until some day."""

    row: object
    code: str
    names: tuple[str, str]
    former: dict[date, tuple[str, str]] = field(default_factory=dict)
    is_group: bool = False

    def names_on(self, day: date) -> tuple[str, str]:
        later = [until for until in self.former if until >= day]
        return self.former[min(later)] if later else self.names


@dataclass(frozen=True)
class Report:
    on: date
    number: int
    status: str
    reason: str
    outlook: str
    successor: "Plain | None"
    achieved: str
    part: str = ""


@dataclass(frozen=True)
class PlainAssessment:
    on: date
    by: str
    kind: str
    finding: str


@dataclass
class Withdrawal:
    on: date
    reason: str
    restored: date | None = None

    def in_force(self, day: date) -> bool:
        return self.on <= day and (self.restored is None or day < self.restored)


@dataclass(eq=False)
class Plain:
    """A commitment: what is said of it now, what was recorded on which day, and what happened to it."""

    row: Commitment
    published: date
    wording: dict
    partners: set[str] = field(default_factory=set)
    recorded: date | None = None  # the day of the first public line of its history
    versions: list[tuple[date, dict]] = field(default_factory=list)
    partner_versions: list[tuple[date, set]] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    assessments: list[PlainAssessment] = field(default_factory=list)
    withdrawals: list[Withdrawal] = field(default_factory=list)
    cycles: set[int] = field(default_factory=set)

    def record(self, day: date) -> None:
        """Note the wording of now as that of a day."""
        self.recorded = self.recorded or day
        self.versions.append((day, deepcopy(self.wording)))

    def record_partners(self, day: date) -> None:
        self.partner_versions.append((day, set(self.partners)))

    def wording_on(self, day: date) -> dict:
        return self._on(self.versions, day) or (self.versions[0][1] if self.versions else self.wording)

    def partners_on(self, day: date) -> set[str]:
        return self._on(self.partner_versions, day) or set()

    def _on(self, versions: list, day: date):
        """Return the last version that counts on a day: those of the first day count from the publication."""
        counting = [
            content
            for recorded, content in versions
            if self.recorded is None or recorded <= self.recorded or max(recorded, self.published) <= day
        ]
        return counting[-1] if counting else None

    def withdrawal_on(self, day: date) -> Withdrawal | None:
        return next((each for each in reversed(self.withdrawals) if each.in_force(day)), None)


class History:
    """A register to which random things happen, one day after the other."""

    def __init__(self, seed: int):
        self.chance = random.Random(seed)
        self.now = START
        self.words = 0
        self.commitments: list[Plain] = []
        with self._today():
            agencies = [AgencyFactory(code=code, position=place) for place, code in enumerate(("ilo", "iom", "who"))]
            self.bodies = {row.code: Body(row, row.code, (row.acronym, row.name)) for row in agencies}
            self.assessor = AgencyFactory(code="assessor")
            for slug in ("data", "work"):
                row = WorkGroupFactory(slug=slug)
                self.bodies[slug] = Body(row, slug, (row.title, row.title), is_group=True)
            self.points = [AgendaPointFactory(number=number) for number in (1, 2, 3)]
            whole = RecommendationFactory(code="P15-1", level="post_2015", position=1)
            self.recommendations = {
                row.code: row
                for row in (
                    whole,
                    RecommendationFactory(code="P15-1a", level="post_2015", parent=whole, position=2),
                    RecommendationFactory(code="GOV-1", level="governance", position=0),
                )
            }
            self.stakeholders = [StakeholderFactory(name=name) for name in ("Bank", "Union")]
            self.cycles = [ReportingCycleFactory() for _number in range(2)]

    # The course of things

    def run(self, steps: int) -> None:
        """Let things happen: on some days several, in some transactions several."""
        with self._today():
            self.enter()
        for _step in range(steps):
            if self.chance.random() < 0.7:
                self.now += timedelta(days=self.chance.randint(1, 30))
            with self._today():
                self.chance.choice(self.events())()
            if self.chance.random() < 0.6:
                run_deferred_triggers()
        run_deferred_triggers()

    def events(self) -> list:
        return [
            *[self.enter, self.enter_past, self.load, self.publish_in_sql],
            *[self.amend, self.amend, self.amend_sets, self.join, self.leave],
            *[self.report, self.report, self.report, self.supersede],
            *[self.withdraw, self.restore, self.restore, self.assess_one, self.expect],
            *[
                self.rename,
                self.rename_in_sql,
                self.forget_name,
                self.move_recommendation,
                self.think_better,
                self.draft,
            ],
        ]

    def _today(self):
        hour = time(self.chance.randint(0, 23), 59, tzinfo=UTC)
        return time_machine.travel(datetime.combine(self.now, hour), tick=False)

    def some(self, of: list) -> list:
        return self.chance.sample(of, self.chance.randint(0, len(of)))

    def word(self) -> str:
        self.words += 1
        return f"word{self.words} {self.chance.choice(['alpha', 'beta', 'gamma'])}"

    def one(self, *, standing: bool = True) -> Plain | None:
        rows = [each for each in self.commitments if (each.withdrawal_on(date.max) is None) == standing]
        if not rows:
            return None
        plain = self.chance.choice(rows)
        plain.row.refresh_from_db()
        return plain

    def sql(self, statement: str, *params) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, params)

    # Commitments and their wording

    def enter(self) -> None:
        self._entered(self.now)

    def enter_past(self) -> None:
        self._entered(self.now - timedelta(days=self.chance.randint(1, 60)))

    def _fields(self) -> dict:
        lead = self.chance.choice(list(self.bodies.values()))
        deadline = self.chance.choice([None, date(2016, 6, 30)])
        return {
            "title": self.word(),
            "summary": self.word(),
            "original_text": self.word(),
            "scope": self.chance.choice(["", "global"]),
            "places": self.some(PLACES),
            "deadline_on": deadline,
            "deadline_precision": "day" if deadline else "",
            "workgroup": lead.row if lead.is_group else None,
            "lead_agency": None if lead.is_group else lead.row,
        }

    def _wording(self, fields: dict) -> dict:
        lead = fields["workgroup"].slug if fields["workgroup"] else fields["lead_agency"].code
        names = ("title", "summary", "original_text", "scope", "places", "deadline_on", "deadline_precision")
        return {**{name: fields[name] for name in names}, "lead": lead, "points": [], "answers": [], "bodies": []}

    def _entered(self, published: date, **state) -> Plain:
        fields = self._fields()
        row = CommitmentFactory(**fields, published_on=published)
        plain = Plain(row, published, self._wording(fields))
        plain.record(self.now)
        plain.record_partners(self.now)
        self.commitments.append(plain)
        if self.chance.random() < 0.5:
            self._set_sets(plain)
        return plain

    def load(self) -> None:
        """Load several at once, with a report each."""
        fields, published = self._fields(), self.now - timedelta(days=40)
        rows = many(CommitmentFactory, 3, **fields, published_on=published)
        many_published_reports(rows, on=(self.now - ONE_DAY).isoformat(), status="in_progress", achieved="Loaded.")
        for row in rows:
            plain = Plain(row, published, self._wording(fields))
            plain.record(self.now)
            plain.record_partners(self.now)
            plain.reports.append(Report(self.now - ONE_DAY, 1, "in_progress", "", "not_assessed", None, "Loaded."))
            self.commitments.append(plain)

    def publish_in_sql(self) -> None:
        """Publish a draft by plain SQL, of which the history holds no public line."""
        fields = self._fields()
        row = CommitmentFactory(**fields, draft=True)
        run_deferred_triggers()
        fields["title"] = self.word()
        self.sql(
            "UPDATE commitments_commitment SET state = 'published', published_on = %s, published_precision = 'day',"
            " title = %s WHERE id = %s",
            *(self.now, fields["title"], row.pk),
        )
        row.refresh_from_db()
        plain = Plain(row, self.now, self._wording(fields))
        plain.record_partners(self.now)
        self.commitments.append(plain)

    def amend(self) -> None:
        if plain := self.one():
            fields = self._fields()
            corrected(plain.row, **fields)
            sets = {name: plain.wording[name] for name in ("points", "answers", "bodies")}
            plain.wording = self._wording(fields) | sets
            plain.record(self.now)
            partners = plain.row.partners.filter(agency=fields["lead_agency"]) if fields["lead_agency"] else []
            for partner in partners:
                self._left(plain, partner)

    def amend_sets(self) -> None:
        if plain := self.one():
            self._set_sets(plain)

    def _set_sets(self, plain: Plain) -> None:
        points, answers = self.some(self.points), self.some(list(self.recommendations.values()))
        bodies = self.some(self.stakeholders)
        before = [plain.wording[name] for name in ("points", "answers", "bodies")]
        plain.row.agenda_points.set(points)
        plain.row.recommendations.set(answers)
        plain.row.stakeholders.set(bodies)
        plain.wording["points"] = sorted(point.number for point in points)
        plain.wording["answers"] = sorted(row.code for row in answers)
        plain.wording["bodies"] = sorted(row.name for row in bodies)
        if before != [plain.wording[name] for name in ("points", "answers", "bodies")]:
            plain.record(self.now)

    def join(self) -> None:
        if plain := self.one():
            others = [code for code in ("ilo", "iom", "who") if code not in {*plain.partners, plain.wording["lead"]}]
            if others:
                code = self.chance.choice(others)
                PartnerFactory(commitment=plain.row, agency=self.bodies[code].row)
                plain.partners.add(code)
                plain.record_partners(self.now)

    def leave(self) -> None:
        if (plain := self.one()) and (partner := plain.row.partners.select_related("agency").first()):
            self._left(plain, partner)

    def _left(self, plain: Plain, partner) -> None:
        plain.partners.remove(partner.agency.code)
        partner.delete()
        plain.record_partners(self.now)

    def think_better(self) -> None:
        """Amend, and roll that back."""
        if plain := self.one():
            with transaction.atomic():
                corrected(plain.row, title=self.word())
                PartnerFactory(commitment=plain.row, agency=self.assessor)
                transaction.set_rollback(True)

    def draft(self) -> None:
        """Write what readers do not see."""
        CommitmentFactory(draft=True, lead_agency=self.bodies["ilo"].row)
        if plain := self.one():
            ProgressReportFactory(commitment=plain.row, achieved="hidden")
            AssessmentFactory(commitment=plain.row, agency=self.assessor)

    # Reports, assessments and states

    def report(self) -> None:
        if plain := self.one():
            status = self.chance.choice([*STATUSES, "discontinued"])
            self._reported(plain, status, reason="No funds." if status == "discontinued" else "")

    def supersede(self) -> None:
        plain = self.one()
        later = self.commitments[self.commitments.index(plain) + 1 :] if plain else []
        later = [each for each in later if each.withdrawal_on(date.max) is None]
        if later:
            self._reported(plain, "superseded", successor=self.chance.choice(later))

    def _reported(self, plain: Plain, status: str, reason: str = "", successor: Plain | None = None) -> None:
        last = max((report.on for report in plain.reports), default=plain.published - timedelta(days=5))
        on = last + timedelta(days=self.chance.randint(0, max((self.now - last).days, 0)))
        outlook, achieved = self.chance.choice(["on_track", "at_risk"]), self.word()
        parts = {code: self.word() for code in sorted(plain.partners)[:1]} if self.chance.random() < 0.5 else {}
        published_report(
            plain.row,
            on=on.isoformat(),
            status=status,
            status_reason=reason,
            superseded_by=successor and successor.row,
            outlook=outlook,
            achieved=achieved,
            parts={self.bodies[code].row: text for code, text in parts.items()},
        )
        number, part = len(plain.reports) + 1, "".join(parts.values())
        plain.reports.append(Report(on, number, status, reason, outlook, successor, achieved, part))
        plain.record(self.now)

    def assess_one(self) -> None:
        if plain := self.one():
            finding = self.chance.choice(["agrees", "disagrees"])
            kind = self.chance.choice(["peer_agency", "independent"])
            by = (
                {"agency": self.assessor}
                if kind == "peer_agency"
                else {"agency": None, "assessor_name": "An institute"}
            )
            on = max(plain.published, self.now - timedelta(days=self.chance.randint(0, 20)))
            AssessmentFactory(
                commitment=plain.row, public=True, assessor_kind=kind, finding=finding, published_on=on, **by
            )
            plain.assessments.append(PlainAssessment(on, kind, kind, finding))

    def withdraw(self) -> None:
        if plain := self.one():
            corrected(
                plain.row,
                state="withdrawn",
                withdrawn_on=self.now,
                withdrawn_reason="Entered twice.",
                restored_on=None,
                restored_reason="",
            )
            plain.withdrawals.append(Withdrawal(self.now, "Entered twice."))
            plain.record(self.now)

    def restore(self) -> None:
        if plain := self.one(standing=False):
            corrected(
                plain.row,
                state="published",
                withdrawn_on=None,
                withdrawn_reason="",
                restored_on=self.now,
                restored_reason="Not so.",
            )
            plain.withdrawals[-1].restored = self.now
            plain.record(self.now)

    def expect(self) -> None:
        """Ask for a report by plain SQL, as the opening of a cycle does for many at once."""
        plain, cycle = self.one(), self.chance.choice(self.cycles)
        if plain and cycle.pk not in plain.cycles:
            ProgressReportFactory(commitment=plain.row, cycle=cycle, blank=True)
            plain.cycles.add(cycle.pk)

    # Names and reference data

    def rename(self) -> None:
        body = self.bodies[self.chance.choice(["ilo", "iom", "who"])]
        until = self.now - timedelta(days=self.chance.randint(1, 30))
        if until not in body.former:
            FormerNameFactory(agency=body.row, acronym=body.names[0], name=body.names[1], until=until)
            body.former[until] = body.names
            body.names = (self.word(), self.word())
            body.row.acronym, body.row.name = body.names
            body.row.save()

    def rename_in_sql(self) -> None:
        """Correct a name in all its past, without a former name."""
        body = self.chance.choice(list(self.bodies.values()))
        word = self.word()
        if body.is_group:
            body.names = (word, word)
            self.sql("UPDATE workgroups_workgroup SET title = %s WHERE id = %s", word, body.row.pk)
        else:
            body.names = (body.names[0], word)
            self.sql("UPDATE agencies_agency SET name = %s WHERE id = %s", word, body.row.pk)
        body.row.refresh_from_db()

    def forget_name(self) -> None:
        body = self.bodies[self.chance.choice(["ilo", "iom", "who"])]
        if body.former:
            until = self.chance.choice(list(body.former))
            del body.former[until]
            self.sql("DELETE FROM agencies_formername WHERE agency_id = %s AND until = %s", body.row.pk, until)

    def move_recommendation(self) -> None:
        row = self.recommendations["P15-1a"]
        row.level = self.chance.choice(["post_2015", "policy"])
        row.parent = self.chance.choice([None, self.recommendations["P15-1"]])
        self.sql(
            "UPDATE recommendations_recommendation SET level = %s, parent_id = %s WHERE id = %s",
            *(row.level, row.parent and row.parent.pk, row.pk),
        )

    # The replay

    def on(self, plain: Plain, day: date) -> dict:
        """Return what readers see of a commitment at the end of a day."""
        wording = plain.wording_on(day)
        lead = self.bodies[wording["lead"]]
        partners = [self.bodies[code] for code in ("ilo", "iom", "who") if code in plain.partners_on(day)]
        partners = [
            body
            for _position, _acronym, body in sorted(
                ((body.row.position, body.names[0], body) for body in partners), key=lambda item: item[:2]
            )
        ]
        answers = [self.recommendations[code] for code in wording["answers"]]
        reports = sorted((each for each in plain.reports if each.on <= day), key=lambda each: (each.on, each.number))
        last = reports[-1] if reports else None
        successor = last.successor if last else None
        is_replaced = bool(successor) and successor.withdrawal_on(day) is None
        withdrawal = plain.withdrawal_on(day)
        texts = [
            " ".join([each.achieved, "", "", *([each.part] if each.part else [])])
            for each in sorted(reports, key=lambda each: each.number)
        ]
        return {
            "reference": plain.row.reference,
            "title": wording["title"],
            "summary": wording["summary"],
            "original_text": wording["original_text"],
            "scope": wording["scope"],
            "places": wording["places"],
            "deadline_on": wording["deadline_on"],
            "deadline_precision": wording["deadline_precision"],
            "published_on": plain.published,
            "lead_kind": "workgroup" if lead.is_group else "agency",
            "lead_code": lead.code,
            "lead_acronym": lead.names_on(day)[0],
            "lead_name": lead.names_on(day)[1],
            "partner_codes": [body.code for body in partners],
            "partner_acronyms": [body.names_on(day)[0] for body in partners],
            "partner_names": [body.names_on(day)[1] for body in partners],
            "agencies": [*([] if lead.is_group else [lead.code]), *(body.code for body in partners)],
            "stakeholders": wording["bodies"],
            "agenda_points": wording["points"],
            "recommendations": [row.code for row in sorted(answers, key=lambda row: (row.position, row.code))],
            "wholes": sorted({row.parent.code for row in answers if row.parent}),
            "levels": sorted({row.level for row in answers}),
            "state": "withdrawn" if withdrawal else "published",
            "withdrawn_on": withdrawal.on if withdrawal else None,
            "withdrawn_reason": withdrawal.reason if withdrawal else "",
            "status": last.status if last else "",
            "status_reason": last.reason if last else "",
            "outlook": last.outlook if last else "not_assessed",
            "successor": successor.row.reference if successor else "",
            "successor_title": successor.wording_on(day)["title"] if successor else "",
            "successor_state": ("published" if is_replaced else "withdrawn") if successor else "",
            "finished": bool(last) and (last.status in ("completed", "discontinued") or is_replaced),
            "latest_result": last.achieved if last else "",
            "last_update_on": last.on if last else None,
            "last_update_precision": "day" if last else "",
            "expected_cycles": sorted(plain.cycles),
            "verification": self._verification(plain, day),
            "searched": (wording["title"], f"{wording['summary']} {wording['original_text']}", " ".join(texts)),
        }

    def _verification(self, plain: Plain, day: date) -> str:
        newest = {each.by: each for each in sorted(plain.assessments, key=lambda each: each.on) if each.on <= day}
        if any(each.finding == "disagrees" for each in newest.values()):
            return "disputed"
        if any(each.kind == "independent" for each in newest.values()):
            return "independently_assessed"
        return "peer_reviewed" if newest else "self_reported"
