"""Triggers by which the database writes the audit for every writer; registered when the portal starts.

Every table of history gets one. Passwords and roles leave no line in a history: these have triggers of their own, and
name whoever is signed in.
"""

import pgtrigger
from django.apps import apps
from simple_history.models import HistoricalChanges

from accounts.models import AccountRole, User
from foundation.postgresql.triggers import Trigger

SIGNED_IN = "(nullif(current_setting('portal.request', true), '')::jsonb ->> 'person')::bigint"


class Audited(Trigger):
    """Make each new line of a history an entry of the audit; `kind` is the label of the rows whose history it is."""

    name = "audited"
    when = pgtrigger.After
    operation = pgtrigger.Insert

    def __init__(self, kind: str):
        self.kind = kind
        super().__init__()

    def get_func(self, model):
        return f"""
            PERFORM audit_note(
                CASE NEW.history_type WHEN '+' THEN 'created' WHEN '-' THEN 'deleted' ELSE 'changed' END,
                NEW.history_user_id, '{self.kind}', NEW.id, NEW.history_id,
                NEW.history_change_reason
            );
            RETURN NULL;
        """


PASSWORD_AUDITED = Trigger(
    name="password_audited",
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf("password"),
    condition=pgtrigger.Condition("OLD.password IS DISTINCT FROM NEW.password"),
    func=f"""
        PERFORM audit_note('password_changed', {SIGNED_IN}, 'accounts.user', NEW.id, NULL, '');
        RETURN NULL;
    """,
)

ROLE_AUDITED = Trigger(
    name="role_audited",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.Delete,
    declare=[("change", "record")],
    func=f"""
        IF TG_OP = 'INSERT' THEN change := NEW; ELSE change := OLD; END IF;
        PERFORM audit_note(
            CASE TG_OP WHEN 'INSERT' THEN 'role_given' ELSE 'role_taken' END, {SIGNED_IN}, 'accounts.user',
            change.user_id, NULL, (SELECT left(name, 100) FROM auth_group WHERE id = change.group_id)
        );
        RETURN NULL;
    """,  # noqa: S608 – an expression from this module
)


def register() -> None:
    """Register the triggers of the audit with the models on whose tables they act."""
    for model in apps.get_models():
        # The rows of a set belong to a line, and have no type of their own.
        if issubclass(model, HistoricalChanges) and hasattr(model, "history_type"):
            Audited(model.instance_type._meta.label_lower).register(model)
    PASSWORD_AUDITED.register(User)
    ROLE_AUDITED.register(AccountRole)
