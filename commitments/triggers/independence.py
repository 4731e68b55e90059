"""Refuse reviewers and assessors who are not independent.

`permissions.independent` applies the same rule to pages and actions.
"""

import pgtrigger

from foundation.postgresql.triggers import Trigger


def independent_review(
    own_commitment: str, *, interested: str = "", writing: tuple[str, ...] = (), refused: str = ""
) -> Trigger:
    """Keep on whose behalf a row was written and reviewed, and refuse a reviewer who is not independent.

    `own_commitment` selects id, lead_agency_id and workgroup_id of the row's commitment, `interested` is an array of
    further agencies that have a stake in the row. `writing` names the tables of rows below it with the column that
    leads to it, whose writers have a hand in it as well. `refused` are further statements that may raise.
    """
    wrote_below = "".join(
        f" OR EXISTS (SELECT 1 FROM {table} WHERE {column} = NEW.id AND history_user_id = NEW.reviewed_by_id)"  # noqa: S608
        for table, column in (part.split(".") for part in writing)
    )
    return Trigger(
        name="independent_review",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        declare=[
            ("involved", "bigint[] := '{}'"),
            ("agencies_with_stake", "bigint[]"),
            ("commitment", "record"),
            ("assessment", "record"),
            ("state_changes", "boolean"),
            ("is_public", "boolean := NEW.state IN ('published', 'withdrawn')"),
            ("wrote_part", "boolean"),
        ],
        func=f"""
            state_changes := TG_OP = 'INSERT' OR NEW.state <> OLD.state;
            IF TG_OP = 'UPDATE' THEN
                involved := OLD.involved_agencies;
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
            agencies_with_stake := commitments_agencies_with_stake(commitment.id, commitment.lead_agency_id, NULL)
                {"|| " + interested if interested else ""};
            involved := involved || NEW.involved_agencies;
            IF TG_OP = 'INSERT' OR NEW.author_id IS DISTINCT FROM OLD.author_id THEN
                involved := involved || agencies_acted_for(NEW.author_id, NULL);
            END IF;
            IF TG_OP = 'INSERT' OR NEW.submitted_by_id IS DISTINCT FROM OLD.submitted_by_id
                OR NEW.submitted_at IS DISTINCT FROM OLD.submitted_at
            THEN
                involved := involved || agencies_acted_for(NEW.submitted_by_id, NULL);
            END IF;
            IF state_changes AND (NEW.state = 'submitted' OR is_public) THEN
                involved := involved || agencies_with_stake;
            END IF;
            SELECT coalesce(array_agg(DISTINCT agency), '{{}}') INTO NEW.involved_agencies
                FROM unnest(involved) agency WHERE agency IS NOT NULL;
            IF NEW.reviewed_by_id IS NULL THEN
                NEW.reviewer_agencies := '{{}}';
            ELSIF state_changes OR NEW.reviewed_by_id IS DISTINCT FROM OLD.reviewed_by_id
                OR NEW.reviewed_at IS DISTINCT FROM OLD.reviewed_at
            THEN
                NEW.reviewer_agencies := agencies_acted_for(NEW.reviewed_by_id, NEW.submitted_at);
                EXECUTE format(
                    'SELECT EXISTS (SELECT 1 FROM %I WHERE id = $1 AND history_user_id = $2 AND ('
                    'history_change_reason IS NULL OR history_change_reason IN (''submit'', ''import'', ''token'')))',
                    replace(TG_TABLE_NAME, '_', '_historical')
                ) INTO wrote_part USING NEW.id, NEW.reviewed_by_id;
                IF wrote_part{wrote_below} THEN
                    RAISE EXCEPTION 'pgtrigger: nobody reviews what they had a hand in'
                        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'independent_review';
                END IF;
                IF NEW.reviewer_agencies && (NEW.involved_agencies || agencies_with_stake) THEN
                    RAISE EXCEPTION 'pgtrigger: nobody reviews what an agency of theirs wrote, leads or is a partner in'
                        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'independent_review';
                END IF;
            END IF;
            RETURN NEW;
        """,  # noqa: S608
    )


COMMITMENT_INDEPENDENT = independent_review(
    "SELECT NEW.id AS id, NEW.lead_agency_id AS lead_agency_id, NEW.workgroup_id AS workgroup_id INTO commitment;",
    writing=("commitments_historicalpartner.commitment_id", "commitments_historicalmilestone.commitment_id"),
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
