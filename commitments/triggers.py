"""What the database itself refuses or keeps up to date, whatever writes to it.

django-pgtrigger's own triggers step aside where a session says so (`SET pgtrigger.ignore`), and anybody may say so.
These do not: they are rendered without that question.
"""

import pgtrigger
from pgtrigger import compiler


class UnyieldingSql(compiler.UpsertTriggerSql):
    """The trigger without the prelude that asks the session whether to ignore it."""

    def get_template(self) -> str:
        return """
            CREATE OR REPLACE FUNCTION {pgid}()
            RETURNS TRIGGER AS $$
                {declare}
                BEGIN
                    {func}
                END;
            $$ LANGUAGE plpgsql;

            DROP TRIGGER IF EXISTS {pgid} ON {table};
            CREATE {constraint} TRIGGER {pgid}
                {when} {operation} ON {table}
                {timing}
                {referencing}
                FOR EACH {level} {condition}
                EXECUTE PROCEDURE {execute};

            COMMENT ON TRIGGER {pgid} ON {table} IS '{hash}';
        """


class Unyielding:
    """A trigger that no setting of the session turns off."""

    def compile(self, model) -> compiler.Trigger:
        asked = super().compile(model).sql.kwargs
        return compiler.Trigger(name=self.name, sql=UnyieldingSql(**asked | {"ignore_func_name": ""}))


class Trigger(Unyielding, pgtrigger.Trigger):
    pass


class Protect(Unyielding, pgtrigger.Protect):
    pass


class ReadOnly(Unyielding, pgtrigger.ReadOnly):
    pass


PERMANENT_REFERENCE = ReadOnly(name="permanent_reference", fields=["reference"])

PUBLISHED_IS_KEPT = Protect(
    name="published_is_kept",
    operation=pgtrigger.Delete,
    condition=pgtrigger.Q(old__state__in=["published", "withdrawn"]),
)

NEVER_UNPUBLISHED = Protect(
    name="never_unpublished",
    operation=pgtrigger.Update,
    condition=pgtrigger.Q(old__state="published") & ~pgtrigger.Q(new__state__in=["published", "withdrawn"])
    | pgtrigger.Q(old__state="withdrawn") & ~pgtrigger.Q(new__state__in=["published", "withdrawn"])
    | pgtrigger.Q(old__state="withdrawn", new__state="published", new__restored_on__isnull=True),
)

# Whatever withdraws or restores a commitment leaves a row that says so, for both steps stay public.
WITHDRAWALS_ARE_RECORDED = Trigger(
    name="withdrawals_are_recorded",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("state", "withdrawn_on", "withdrawn_reason"),
    func="""
        IF NEW.state = 'withdrawn' AND (TG_OP = 'INSERT' OR OLD.state <> 'withdrawn') THEN
            INSERT INTO commitments_withdrawal (
                commitment_id, withdrawn_on, withdrawn_reason, withdrawn_at, restored_reason
            ) VALUES (NEW.id, NEW.withdrawn_on, NEW.withdrawn_reason, clock_timestamp(), '');
        ELSIF NEW.state = 'withdrawn' THEN
            UPDATE commitments_withdrawal
            SET withdrawn_on = NEW.withdrawn_on, withdrawn_reason = NEW.withdrawn_reason
            WHERE commitment_id = NEW.id AND restored_on IS NULL;
        ELSIF TG_OP = 'UPDATE' AND OLD.state = 'withdrawn' THEN
            UPDATE commitments_withdrawal
            SET restored_on = NEW.restored_on, restored_reason = NEW.restored_reason, restored_at = clock_timestamp()
            WHERE commitment_id = NEW.id AND restored_on IS NULL;
        END IF;
        RETURN NULL;
    """,
)

WRITTEN_BY_THE_DATABASE = Trigger(
    name="written_by_the_database",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    func="""
        IF pg_trigger_depth() < 2 THEN
            RAISE EXCEPTION 'pgtrigger: withdrawals are recorded by the commitment alone';
        END IF;
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    """,
)

APPEND_ONLY = Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


def _fixed_once_published() -> Protect:
    return Protect(
        name="fixed_once_published",
        operation=pgtrigger.Update | pgtrigger.Delete,
        condition=pgtrigger.Q(old__state="published"),
    )


PUBLISHED_REPORT_IS_FIXED = _fixed_once_published()
PUBLISHED_ASSESSMENT_IS_FIXED = _fixed_once_published()
PUBLISHED_ANSWER_IS_FIXED = _fixed_once_published()

# The outcome of a link check is the portal's own observation, and is the only thing that may change.
PUBLISHED_EVIDENCE_IS_FIXED = Trigger(
    name="fixed_once_published",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    declare=[("report", "bigint"), ("observed", "text[]")],
    func="""
        report := CASE WHEN TG_OP = 'DELETE' THEN OLD.report_id ELSE NEW.report_id END;
        observed := ARRAY['link_check', 'link_checked_at', 'version'];
        IF NOT EXISTS (
            SELECT 1 FROM commitments_progressreport
            WHERE state = 'published'
            AND (id = report OR (TG_OP = 'UPDATE' AND id = OLD.report_id))
        ) THEN
            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        END IF;
        IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - observed = to_jsonb(NEW) - observed THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'pgtrigger: the evidence of a published report is fixed';
    """,
)

PUBLISHED_CONTRIBUTION_IS_FIXED = Trigger(
    name="fixed_once_published",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    func="""
        IF EXISTS (
            SELECT 1 FROM commitments_progressreport
            WHERE state = 'published'
            AND ((TG_OP <> 'DELETE' AND id = NEW.report_id) OR (TG_OP <> 'INSERT' AND id = OLD.report_id))
        ) AND NOT (TG_OP = 'UPDATE' AND OLD IS NOT DISTINCT FROM NEW) THEN
            RAISE EXCEPTION 'pgtrigger: the parts of a published report are fixed';
        END IF;
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    """,
)

CONTRIBUTION_OF_A_PARTNER = Trigger(
    name="of_a_partner",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("report_id", "agency_id"),
    func="""
        IF NOT EXISTS (
            SELECT 1 FROM commitments_partner JOIN commitments_progressreport USING (commitment_id)
            WHERE commitments_progressreport.id = NEW.report_id AND agency_id = NEW.agency_id
        ) THEN
            RAISE EXCEPTION 'pgtrigger: only a partner of the commitment has a part in its reports';
        END IF;
        RETURN NEW;
    """,
)

SEARCH_OF_COMMITMENT = Trigger(
    name="search_of_commitment",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("title", "summary", "original_text"),
    declare=[("said", "text")],
    func="""
        SELECT string_agg(concat_ws(' ', achieved, barriers, next_steps, (
            SELECT string_agg(text, ' ') FROM commitments_contribution
            WHERE report_id = commitments_progressreport.id
        )), ' ') INTO said
        FROM commitments_progressreport WHERE commitment_id = NEW.id AND state = 'published';
        NEW.search :=
            setweight(to_tsvector('portal_english', portal_plain(NEW.title)), 'A')
            || setweight(to_tsvector('portal_english', portal_plain(NEW.summary || ' ' || NEW.original_text)), 'B')
            || setweight(to_tsvector('portal_english', portal_plain(coalesce(said, ''))), 'C');
        RETURN NEW;
    """,
)

# Setting the title to itself makes the commitment's own trigger gather its words anew.
SEARCH_OF_REPORT = Trigger(
    name="search_of_report",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.Update,
    condition=pgtrigger.Q(new__state="published"),
    func="UPDATE commitments_commitment SET title = title WHERE id = NEW.commitment_id; RETURN NULL;",
)


def _told_by_history(operation, condition=None, parent: str = "") -> Trigger:
    """What is public changes only together with a line of the history that says so: asked when a transaction ends.

    The row as it stands then must be what the newest line of its history holds; a row that is gone must have the line
    of its deletion. `parent` is the column that leads to the commitment of a row under it. Columns that the history
    leaves out are free. What was changed in a form is refused where whoever did so acts for an agency with a stake
    in the commitment, before or after the change.
    """
    of_public = f"""
        IF NOT EXISTS (
            SELECT 1 FROM commitments_commitment WHERE state IN ('published', 'withdrawn')
            AND id::text IN (was ->> '{parent}', became ->> '{parent}')
        ) THEN
            RETURN NULL;
        END IF;
    """  # noqa: S608 – a column's name from this module
    former = "(was ->> 'lead_agency_id')::bigint" if not parent else "(was ->> 'agency_id')::bigint"
    return Trigger(
        name="told_by_history",
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        operation=operation,
        condition=condition,
        declare=[
            ("was", "jsonb"),
            ("became", "jsonb"),
            ("row_now", "jsonb"),
            ("line", "jsonb"),
            ("told", "boolean"),
            ("machinery", "text[] := ARRAY['version', 'search', 'updated_at']"),
        ],
        func=f"""
            IF TG_OP <> 'INSERT' THEN was := to_jsonb(OLD); END IF;
            IF TG_OP <> 'DELETE' THEN became := to_jsonb(NEW); END IF;
            IF was - machinery = became - machinery THEN RETURN NULL; END IF;
            {of_public if parent else ""}
            EXECUTE format('SELECT to_jsonb(it) FROM %I it WHERE id = $1', TG_TABLE_NAME)
                INTO row_now USING (coalesce(became, was) ->> 'id')::bigint;
            EXECUTE format(
                'SELECT to_jsonb(it) FROM %I it WHERE id = $1 ORDER BY history_id DESC LIMIT 1',
                replace(TG_TABLE_NAME, '_', '_historical')
            ) INTO line USING (coalesce(became, was) ->> 'id')::bigint;
            IF row_now IS NULL THEN
                told := line ->> 'history_type' = '-';
            ELSE
                told := line ->> 'history_type' <> '-' AND NOT EXISTS (
                    SELECT 1 FROM jsonb_each(row_now) WHERE line ? key AND line -> key IS DISTINCT FROM value
                );
            END IF;
            IF told IS NOT TRUE THEN
                RAISE EXCEPTION 'pgtrigger: % changed what is public without a line in its history', TG_TABLE_NAME;
            END IF;
            IF line ->> 'history_change_reason' IS NULL
                AND agencies_acted_for((line ->> 'history_user_id')::bigint, NULL) && (
                SELECT commitments_agencies_with_stake(id, lead_agency_id, workgroup_id) || {former}
                FROM commitments_commitment WHERE id = (coalesce(became, was) ->> '{parent or "id"}')::bigint
            ) THEN
                RAISE EXCEPTION 'pgtrigger: nobody changes what is public of a commitment in which they have a stake'
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'independent_amendment';
            END IF;
            RETURN NULL;
        """,  # noqa: S608
    )


COMMITMENT_TOLD_BY_HISTORY = _told_by_history(pgtrigger.Update, pgtrigger.Q(old__state__in=["published", "withdrawn"]))
PART_TOLD_BY_HISTORY = _told_by_history(pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete, parent="commitment_id")


def _set_told_by_history(name: str, column: str, members: str) -> Trigger:
    """Refuse a change of a public commitment's set that its history does not hold, or whose writer has a stake.

    It is asked when a transaction ends, as `told_by_history` is. `name` is the field of the set, `column` leads to the
    members in their table. A member that was deleted itself leaves its sets: its own history says so.
    """
    return Trigger(
        name="told_by_history",
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("changed", "record"), ("line", "record")],
        func=f"""
            IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT 1 FROM {members} WHERE id = OLD.{column}) THEN
                RETURN NULL;
            END IF;
            FOR changed IN
                SELECT * FROM commitments_commitment WHERE state IN ('published', 'withdrawn') AND id IN (
                    CASE WHEN TG_OP <> 'INSERT' THEN OLD.commitment_id END,
                    CASE WHEN TG_OP <> 'DELETE' THEN NEW.commitment_id END
                )
            LOOP
                SELECT * INTO line FROM commitments_historicalcommitment
                    WHERE id = changed.id ORDER BY history_id DESC LIMIT 1;
                IF ARRAY(
                    SELECT {column} FROM commitments_commitment_{name}
                    WHERE commitment_id = changed.id ORDER BY {column}
                ) IS DISTINCT FROM ARRAY(
                    SELECT {column} FROM commitments_historicalcommitment_{name} JOIN {members} it ON it.id = {column}
                    WHERE history_id = line.history_id ORDER BY {column}
                ) THEN
                    RAISE EXCEPTION 'pgtrigger: {name} of what is public changed without a line in its history';
                END IF;
                IF line.history_change_reason IS NULL AND agencies_acted_for(line.history_user_id, NULL)
                    && commitments_agencies_with_stake(changed.id, changed.lead_agency_id, changed.workgroup_id)
                THEN
                    RAISE EXCEPTION 'pgtrigger: nobody changes {name} of a public commitment in which they have a stake'
                        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'independent_amendment';
                END IF;
            END LOOP;
            RETURN NULL;
        """,  # noqa: S608 – names from this module
    )


POINTS_TOLD_BY_HISTORY = _set_told_by_history("agenda_points", "agendapoint_id", "agenda_agendapoint")
RECOMMENDATIONS_TOLD_BY_HISTORY = _set_told_by_history(
    "recommendations", "recommendation_id", "recommendations_recommendation"
)
STAKEHOLDERS_TOLD_BY_HISTORY = _set_told_by_history("stakeholders", "stakeholder_id", "commitments_stakeholder")


def _status_is_reported(key: str, operation, condition=None) -> Trigger:
    """A commitment says what its last published report says: asked when a transaction ends."""
    return Trigger(
        name="status_is_reported",
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        operation=operation,
        condition=condition,
        func=f"""
            IF EXISTS (
                SELECT 1 FROM commitments_commitment c LEFT JOIN LATERAL (
                    SELECT * FROM commitments_progressreport
                    WHERE commitment_id = c.id AND state = 'published' ORDER BY number DESC LIMIT 1
                ) r ON true
                WHERE c.id = NEW.{key} AND (c.status, c.outlook, c.status_reason, c.superseded_by_id)
                IS DISTINCT FROM (
                    coalesce(r.status, ''), coalesce(r.outlook, 'not_assessed'), coalesce(r.status_reason, ''),
                    r.superseded_by_id
                )
            ) THEN
                RAISE EXCEPTION 'pgtrigger: the status of a commitment is that of its last published report';
            END IF;
            RETURN NULL;
        """,  # noqa: S608
    )


# Taken by whoever supersedes a commitment, here and in the actions, so that two together close no circle.
SUCCESSION_LOCK = 20131003
NO_CIRCLE_OF_SUCCESSORS = Trigger(
    name="no_circle_of_successors",
    when=pgtrigger.After,
    timing=pgtrigger.Deferred,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("status", "superseded_by_id"),
    condition=pgtrigger.Q(new__status="superseded"),
    func=f"""
        PERFORM pg_advisory_xact_lock({SUCCESSION_LOCK});
        IF EXISTS (
            WITH RECURSIVE chain AS (
                SELECT superseded_by_id AS id FROM commitments_commitment
                WHERE id = NEW.id AND status = 'superseded'
                UNION
                SELECT c.superseded_by_id FROM commitments_commitment c JOIN chain ON c.id = chain.id
                WHERE c.status = 'superseded'
            )
            SELECT 1 FROM chain WHERE id = NEW.id
        ) THEN
            RAISE EXCEPTION 'pgtrigger: a commitment is superseded by none that it takes the place of';
        END IF;
        RETURN NULL;
    """,  # noqa: S608 – a number from this module
)

STATUS_IS_REPORTED = _status_is_reported(
    "id", pgtrigger.Insert | pgtrigger.UpdateOf("status", "outlook", "status_reason", "superseded_by_id")
)
REPORT_GIVES_STATUS = _status_is_reported(
    "commitment_id", pgtrigger.Insert | pgtrigger.Update, pgtrigger.Q(new__state="published")
)


# Independence by agency: `permissions.independent` says the same to pages and actions.


def _independent(
    own_commitment: str, *, interested: str = "", writing: tuple[str, ...] = (), refused: str = ""
) -> Trigger:
    """Keep on whose behalf a row was written and reviewed, and refuse a reviewer who is not independent.

    `own_commitment` selects id, lead_agency_id and workgroup_id of the row's commitment, `interested` is an array of
    further agencies that have a stake in the row. `writing` names the tables of rows below it with the column that
    leads to it, whose writers have a hand in it as well. `refused` are further statements that may raise.
    """
    hands = "".join(
        f" OR EXISTS (SELECT 1 FROM {table} WHERE {column} = NEW.id AND history_user_id = NEW.reviewed_by_id)"  # noqa: S608
        for table, column in (part.split(".") for part in writing)
    )
    return Trigger(
        name="independent_review",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        declare=[
            ("kept", "bigint[] := '{}'"),
            ("stake", "bigint[]"),
            ("own", "record"),
            ("judged", "record"),
            ("moves", "boolean"),
            ("is_public", "boolean := NEW.state IN ('published', 'withdrawn')"),
            ("has_hand", "boolean"),
        ],
        func=f"""
            moves := TG_OP = 'INSERT' OR NEW.state <> OLD.state;
            IF TG_OP = 'UPDATE' THEN
                kept := OLD.involved_agencies;
                IF OLD.state IN ('published', 'withdrawn') AND is_public
                    AND NEW.reviewed_by_id IS NOT DISTINCT FROM OLD.reviewed_by_id
                THEN
                    NEW.involved_agencies := OLD.involved_agencies;
                    NEW.reviewer_agencies := OLD.reviewer_agencies;
                    RETURN NEW;
                END IF;
            END IF;
            {own_commitment}
            {refused}
            stake := commitments_agencies_with_stake(own.id, own.lead_agency_id, NULL)
                {"|| " + interested if interested else ""};
            kept := kept || NEW.involved_agencies;
            IF TG_OP = 'INSERT' OR NEW.author_id IS DISTINCT FROM OLD.author_id THEN
                kept := kept || agencies_acted_for(NEW.author_id, NULL);
            END IF;
            IF TG_OP = 'INSERT' OR NEW.submitted_by_id IS DISTINCT FROM OLD.submitted_by_id
                OR NEW.submitted_at IS DISTINCT FROM OLD.submitted_at
            THEN
                kept := kept || agencies_acted_for(NEW.submitted_by_id, NULL);
            END IF;
            IF moves AND (NEW.state = 'submitted' OR is_public) THEN
                kept := kept || stake;
            END IF;
            SELECT coalesce(array_agg(DISTINCT agency), '{{}}') INTO NEW.involved_agencies
                FROM unnest(kept) agency WHERE agency IS NOT NULL;
            IF NEW.reviewed_by_id IS NULL THEN
                NEW.reviewer_agencies := '{{}}';
            ELSIF moves OR NEW.reviewed_by_id IS DISTINCT FROM OLD.reviewed_by_id
                OR NEW.reviewed_at IS DISTINCT FROM OLD.reviewed_at
            THEN
                NEW.reviewer_agencies := agencies_acted_for(NEW.reviewed_by_id, NEW.submitted_at);
                EXECUTE format(
                    'SELECT EXISTS (SELECT 1 FROM %I WHERE id = $1 AND history_user_id = $2 AND ('
                    'history_change_reason IS NULL OR history_change_reason IN (''submit'', ''import'', ''token'')))',
                    replace(TG_TABLE_NAME, '_', '_historical')
                ) INTO has_hand USING NEW.id, NEW.reviewed_by_id;
                IF has_hand{hands} THEN
                    RAISE EXCEPTION 'pgtrigger: nobody reviews what they had a hand in'
                        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'independent_review';
                END IF;
                IF NEW.reviewer_agencies && (NEW.involved_agencies || stake) THEN
                    RAISE EXCEPTION 'pgtrigger: nobody reviews what an agency of theirs wrote, leads or is a partner in'
                        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'independent_review';
                END IF;
            END IF;
            RETURN NEW;
        """,  # noqa: S608
    )


COMMITMENT_INDEPENDENT = _independent(
    "SELECT NEW.id AS id, NEW.lead_agency_id AS lead_agency_id, NEW.workgroup_id AS workgroup_id INTO own;",
    writing=("commitments_historicalpartner.commitment_id", "commitments_historicalmilestone.commitment_id"),
)
_COMMITMENT_OF_ROW = (
    "SELECT id, lead_agency_id, workgroup_id INTO own FROM commitments_commitment WHERE id = NEW.commitment_id;"
)
REPORT_INDEPENDENT = _independent(
    _COMMITMENT_OF_ROW,
    interested="array_append(ARRAY(SELECT agency_id FROM commitments_contribution WHERE report_id = NEW.id),"
    " NEW.on_behalf_of_id)",
    writing=("commitments_historicalevidence.report_id", "commitments_historicalcontribution.report_id"),
)
# The assessor is asked for whenever it changes, and who wrote and submitted once they let it go.
ASSESSMENT_INDEPENDENT = _independent(
    _COMMITMENT_OF_ROW,
    interested="commitments_agencies_with_stake(own.id, NEW.agency_id, own.workgroup_id)"
    " || commitments_agencies_with_stake(NULL, NULL, NEW.workgroup_id)",
    refused="""
            stake := commitments_agencies_with_stake(own.id, own.lead_agency_id, own.workgroup_id);
            IF (
                moves AND (TG_OP = 'INSERT' OR NEW.state = 'submitted' OR is_public)
                OR NEW.commitment_id IS DISTINCT FROM OLD.commitment_id
                OR NEW.agency_id IS DISTINCT FROM OLD.agency_id
                OR NEW.workgroup_id IS DISTINCT FROM OLD.workgroup_id
            ) AND (
                NEW.workgroup_id = own.workgroup_id
                OR stake && commitments_agencies_with_stake(NULL, NEW.agency_id, NEW.workgroup_id)
            ) THEN
                RAISE EXCEPTION 'pgtrigger: nobody assesses what they lead, co-lead or are a partner in'
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'independent_assessor';
            END IF;
            IF moves AND (NEW.state = 'submitted' OR is_public)
                AND stake && (agencies_acted_for(NEW.author_id, NULL) || agencies_acted_for(NEW.submitted_by_id, NULL))
            THEN
                RAISE EXCEPTION 'pgtrigger: nobody assesses what their agency leads, co-leads or is a partner in'
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'independent_assessor';
            END IF;
    """,
)
ANSWER_INDEPENDENT = _independent(
    "SELECT c.id, c.lead_agency_id, c.workgroup_id INTO own FROM commitments_commitment c"
    " JOIN commitments_assessment a ON a.commitment_id = c.id WHERE a.id = NEW.assessment_id;"
    " SELECT * INTO judged FROM commitments_assessment WHERE id = NEW.assessment_id;",
    interested="commitments_agencies_with_stake(NULL, judged.agency_id, judged.workgroup_id)",
    refused="""
            IF NEW.reviewed_by_id IN (judged.author_id, judged.submitted_by_id) THEN
                RAISE EXCEPTION 'pgtrigger: whoever assessed does not review the answer'
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'independent_review';
            END IF;
    """,
)

# Asked when the transaction ends: a preview, which is rolled back, stands without a reviewer.
REVIEWED_BY_SOMEBODY = Trigger(
    name="reviewed_by_somebody",
    when=pgtrigger.After,
    timing=pgtrigger.Deferred,
    operation=pgtrigger.Insert | pgtrigger.Update,
    condition=pgtrigger.Q(new__state__in=["published", "withdrawn"])
    & pgtrigger.Q(new__reviewed_by__isnull=True)
    & (pgtrigger.Q(new__author__isnull=False) | pgtrigger.Q(new__submitted_by__isnull=False)),
    func="""
        RAISE EXCEPTION 'pgtrigger: what somebody wrote is published by somebody else'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'reviewed_by_somebody';
    """,
)
