"""Refuse changes of a public commitment that its history does not hold, or whose author has a stake in it."""

import pgtrigger

from foundation.postgresql.triggers import Trigger


def _recorded_in_history(
    operation: pgtrigger.Operation, condition: pgtrigger.Condition | None = None, parent: str = ""
) -> Trigger:
    """Return a trigger that refuses changes of public rows without a line of the history, when the transaction ends.

    The row as it stands then must be what the newest line of its history holds; a row that is gone must have the line
    of its deletion. `parent` is the column that leads to the commitment of a row under it. Columns that the history
    leaves out are free. What was changed in a form is refused where whoever did so acts for an agency with a stake
    in the commitment, before or after the change.
    """
    of_public = f"""
        IF NOT EXISTS (
            SELECT 1 FROM commitments_commitment WHERE state IN ('published', 'withdrawn')
            AND id::text IN (row_before ->> '{parent}', row_after ->> '{parent}')
        ) THEN
            RETURN NULL;
        END IF;
    """  # noqa: S608 – a column's name from this module
    former = "(row_before ->> 'lead_agency_id')::bigint" if not parent else "(row_before ->> 'agency_id')::bigint"
    return Trigger(
        name="recorded_in_history",
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        operation=operation,
        condition=condition,
        declare=[
            ("row_before", "jsonb"),
            ("row_after", "jsonb"),
            ("saved_row", "jsonb"),
            ("history_line", "jsonb"),
            ("is_recorded", "boolean"),
            ("unrecorded_columns", "text[] := ARRAY['version', 'search', 'updated_at']"),
        ],
        func=f"""
            IF TG_OP <> 'INSERT' THEN row_before := to_jsonb(OLD); END IF;
            IF TG_OP <> 'DELETE' THEN row_after := to_jsonb(NEW); END IF;
            IF row_before - unrecorded_columns = row_after - unrecorded_columns THEN RETURN NULL; END IF;
            {of_public if parent else ""}
            EXECUTE format('SELECT to_jsonb(saved) FROM %I saved WHERE id = $1', TG_TABLE_NAME)
                INTO saved_row USING (coalesce(row_after, row_before) ->> 'id')::bigint;
            EXECUTE format(
                'SELECT to_jsonb(saved) FROM %I saved WHERE id = $1 ORDER BY history_id DESC LIMIT 1',
                replace(TG_TABLE_NAME, '_', '_historical')
            ) INTO history_line USING (coalesce(row_after, row_before) ->> 'id')::bigint;
            IF saved_row IS NULL THEN
                is_recorded := history_line ->> 'history_type' = '-';
            ELSE
                is_recorded := history_line ->> 'history_type' <> '-' AND NOT EXISTS (
                    SELECT 1 FROM jsonb_each(saved_row)
                    WHERE history_line ? key AND history_line -> key IS DISTINCT FROM value
                );
            END IF;
            IF is_recorded IS NOT TRUE THEN
                RAISE EXCEPTION 'pgtrigger: % changed what is public without a line in its history', TG_TABLE_NAME;
            END IF;
            IF history_line ->> 'history_change_reason' IS NULL
                AND agencies_acted_for((history_line ->> 'history_user_id')::bigint, NULL) && (
                SELECT commitments_agencies_with_stake(id, lead_agency_id, workgroup_id) || {former}
                FROM commitments_commitment WHERE id = (coalesce(row_after, row_before) ->> '{parent or "id"}')::bigint
            ) THEN
                RAISE EXCEPTION 'pgtrigger: nobody changes what is public of a commitment in which they have a stake'
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'independent_amendment';
            END IF;
            RETURN NULL;
        """,  # noqa: S608
    )


COMMITMENT_RECORDED_IN_HISTORY = _recorded_in_history(
    pgtrigger.Update, pgtrigger.Q(old__state__in=["published", "withdrawn"])
)
PART_RECORDED_IN_HISTORY = _recorded_in_history(
    pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete, parent="commitment_id"
)


def _set_recorded_in_history(name: str, column: str, members: str) -> Trigger:
    """Refuse a change of a public commitment's set that its history does not hold, or whose writer has a stake.

    The check runs when a transaction ends. `name` is the field of the set, `column` leads to the members in their
    table. A member that was deleted itself leaves its sets: its own history says so.
    """
    return Trigger(
        name="recorded_in_history",
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("commitment", "record"), ("history_line", "record")],
        func=f"""
            IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT 1 FROM {members} WHERE id = OLD.{column}) THEN
                RETURN NULL;
            END IF;
            FOR commitment IN
                SELECT * FROM commitments_commitment WHERE state IN ('published', 'withdrawn') AND id IN (
                    CASE WHEN TG_OP <> 'INSERT' THEN OLD.commitment_id END,
                    CASE WHEN TG_OP <> 'DELETE' THEN NEW.commitment_id END
                )
            LOOP
                SELECT * INTO history_line FROM commitments_historicalcommitment
                    WHERE id = commitment.id ORDER BY history_id DESC LIMIT 1;
                IF ARRAY(
                    SELECT {column} FROM commitments_commitment_{name}
                    WHERE commitment_id = commitment.id ORDER BY {column}
                ) IS DISTINCT FROM ARRAY(
                    SELECT {column} FROM commitments_historicalcommitment_{name}
                    JOIN {members} member ON member.id = {column}
                    WHERE history_id = history_line.history_id ORDER BY {column}
                ) THEN
                    RAISE EXCEPTION 'pgtrigger: {name} of what is public changed without a line in its history';
                END IF;
                IF history_line.history_change_reason IS NULL AND agencies_acted_for(history_line.history_user_id, NULL)
                    && commitments_agencies_with_stake(
                        commitment.id, commitment.lead_agency_id, commitment.workgroup_id
                    )
                THEN
                    RAISE EXCEPTION 'pgtrigger: nobody changes {name} of a public commitment in which they have a stake'
                        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'independent_amendment';
                END IF;
            END LOOP;
            RETURN NULL;
        """,  # noqa: S608 – names from this module
    )


POINTS_RECORDED_IN_HISTORY = _set_recorded_in_history("agenda_points", "agendapoint_id", "agenda_agendapoint")
RECOMMENDATIONS_RECORDED_IN_HISTORY = _set_recorded_in_history(
    "recommendations", "recommendation_id", "recommendations_recommendation"
)
STAKEHOLDERS_RECORDED_IN_HISTORY = _set_recorded_in_history("stakeholders", "stakeholder_id", "commitments_stakeholder")
