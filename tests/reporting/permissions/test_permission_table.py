"""The permission table against every path to a row: no path disagrees, and a denial has something that could leak."""

from copy import deepcopy
from unittest.mock import patch

import pytest
from concurrency.forms import VersionFieldSigner
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.template.response import SimpleTemplateResponse
from django.test import Client
from django.urls import reverse

from commitments.models import Commitment
from commitments.permissions import PUBLIC_STATES
from commitments.workflow import Reviewed
from gmg_portal.editors.views.review_queue import key_of
from reporting import actions
from reporting.models import ProgressReport
from tests.gmg_portal.api.agency_systems import DRAFTS, system_for
from tests.reporting.permissions.permission_table import BY_INDEPENDENCE, CASES, LINES, OF_COMMITMENTS, ROLES
from tests.reporting.permissions.users import MODELS, TEXT, World
from tests.support.factories import AgendaPointFactory, MembershipFactory
from tests.support.form_filling import app_label_of, filled

pytestmark = [pytest.mark.django_db, pytest.mark.exhaustive]

OWNERS = ("lead_agency", "workgroup", "agency", "commitment", "assessment")
BY_PAGES = set("rhwdspbxock")
# Further pages that lead to the same: of reading, the preview; of deciding, the page for reviewing.
OTHER_WAYS = {"preview": "r", "review: publish": "p", "review: send back": "b"}
ALL_WAYS = BY_PAGES | set(OTHER_WAYS)
OF_REVIEWERS = set("pbxck")
READING = set("rh")
# Who tries on their first line also what the state of a row offers nobody.
TRY_EVERYTHING = {"administrator", "secretariat", "focal_point", "anonymous"}
LISTS = {"commitment": "/api/v1/commitments/?page_size=200", "progressreport": "/api/v1/reports/?page_size=200"}
NO_EDITORS = {"anonymous", "outsider", "former"}


@pytest.fixture(scope="module")
def world(module_db):
    """A row for each cell, made once; each test tries what it tries in a transaction of its own."""
    with module_db.unblock():
        return World()


@pytest.fixture(scope="module")
def cookies(world, module_db):
    """Return the cookies of each role's browser after signing in."""
    cookies = {}
    with module_db.unblock():
        for role in ROLES:
            client = Client()
            if role != "anonymous":
                client.force_login(world.people[role])
            cookies[role] = client.cookies
    return cookies


@pytest.fixture
def client_of(cookies):
    """The browser of somebody in a role, who is signed in but for the anonymous one."""

    def client_of(role):
        client = Client()
        client.cookies = deepcopy(cookies[role])
        return client

    return client_of


def attempt(act, effect):
    """Return the effect of an act; whatever it did is undone, and the page that it would end on is not drawn."""
    with transaction.atomic(), patch.object(SimpleTemplateResponse, "rendered_content", ""):
        try:
            with transaction.atomic():
                act()
        except (PermissionDenied, ValidationError):
            pass
        effects = effect()
        transaction.set_rollback(True)
    return effects


def state_of(row):
    return type(row).objects.filter(pk=row.pk).values_list("state", flat=True).first()


# By querysets and actions

VERBS = {
    "s": ("submitted", lambda row, by: actions.submit(row, by=by)),
    "p": ("published", lambda row, by: actions.publish(row, by=by)),
    "b": ("sent_back", lambda row, by: actions.send_back(row, note="Name the source.", by=by)),
    "x": ("withdrawn", lambda row, by: actions.withdraw(row, reason="Entered twice.", by=by)),
    "o": ("published", lambda row, by: actions.restore(row, reason="It was not.", by=by)),
}


def by_actions(row, user) -> set[str]:
    return {
        letter
        for letter, (state, verb) in VERBS.items()
        if letter not in OF_COMMITMENTS or isinstance(row, Commitment)
        if attempt(lambda verb=verb: verb(row, user), lambda state=state: state_of(row) == state != row.state)
    }


@pytest.mark.database
@pytest.mark.parametrize(("kind", "role", "whose", "policy"), CASES)
def test_actions_keep_to_the_policy(kind, role, whose, policy, world):
    user = world.people[role]
    rows = {state: world.row(kind, role, whose, state) for state in policy}

    done = {state: by_actions(row, user) for state, row in rows.items()}

    assert done == {state: letters & VERBS.keys() for state, letters in policy.items()}


@pytest.mark.database
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", MODELS)
def test_sets_hold_exactly_the_rows_of_the_policy(kind, role, world):
    user = world.people[role]
    granted = cells(world, kind, role)
    rows = MODELS[kind].objects.filter(pk__in=[row.pk for row in granted.values()])

    # Nobody who is not signed in has a history to read, though what is public has one.
    sets = {
        "r": rows.visible_to(user),
        "h": rows.confidential_to(user),
        "w": rows.editable_by(user),
        "p": rows.reviewable_by(user),
    }
    keys = {letter: set(some.values_list("pk", flat=True)) for letter, some in sets.items()}

    assert {cell: {letter for letter in sets if row.pk in keys[letter]} for cell, row in granted.items()} == {
        (whose, state): letters & sets.keys()
        for of, whose, policy in LINES[kind]
        if of == role
        for state, letters in policy.items()
    }


def cells(world, kind, role) -> dict[tuple[str, str], Reviewed]:
    """The rows of a role's lines by whose they are and their state."""
    return {
        (whose, state): world.row(kind, role, whose, state)
        for of, whose, policy in LINES[kind]
        if of == role
        for state in policy
    }


# By the pages of the editor area


class Pages:
    """The editor area in the hands of somebody who tries everything, offered or not."""

    def __init__(self, client, forms):
        self.client = client
        self.forms = forms

    def address(self, row, page="change"):
        return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk])

    def shows(self, row) -> bool:
        return words_of(row) in self.client.get(self.address(row)).content.decode()

    def tells(self, row) -> bool:
        """Return whether the history opens, and assert that a refusal shows nothing of the row."""
        answer = self.client.get(self.address(row, "history"))
        assert answer.status_code == 200 or words_of(row) not in answer.content.decode()
        return answer.status_code == 200

    def saves(self, row, typed: dict[str, tuple[str, object]]) -> set[str]:
        """Return the letters of what was kept of a form for this row, the form being one that was never given out.

        `typed` has a field and its value for each letter.
        """
        kind = row._meta.model_name
        owner = {name: getattr(row, f"{name}_id", None) or "" for name in OWNERS} | {
            name: getattr(row, name, "") for name in ("assessor_kind", "assessor_name")
        }
        version = {"version": VersionFieldSigner().sign(row.version), "opened": ""}
        form = self.forms[kind] | owner | version | dict(typed.values())

        def kept():
            saved = MODELS[kind].objects.get(pk=row.pk)
            return {letter for letter, (name, value) in typed.items() if entry(saved, name) == value}

        return attempt(lambda: self.client.post(self.address(row), form), kept) if typed else set()

    def previews(self, row) -> bool:
        """Return whether the preview shows the row; for public rows it redirects to the page."""
        answer = self.client.get(self.address(row, "preview"))
        if row.state in PUBLIC_STATES:
            return answer.status_code == 302 and answer.url == page_of(row).get_absolute_url()
        return words_of(row) in answer.content.decode()

    def moves(self, row, page, state, **typed) -> bool:
        return attempt(
            lambda: self.client.post(self.address(row, page), {"seen": row.version, **typed}),
            lambda: state_of(row) == state != row.state,
        )

    def letters(self, row, tried: set[str]) -> set[str]:
        """Return what can be done with a row, of the ways that are to be tried."""
        tries = {
            "r": lambda: self.shows(row),
            "h": lambda: self.tells(row),
            "d": lambda: self.deletes(row),
            "s": lambda: self.moves(row, "submit", "submitted"),
            "p": lambda: self.moves(row, "publish", "published"),
            "b": lambda: self.moves(row, "send_back", "sent_back", note="Name the source."),
            "preview": lambda: self.previews(row),
            "review: publish": lambda: self.moves(row, "review", "published", publish="yes"),
            "review: send back": lambda: self.moves(
                row, "review", "sent_back", send_back="yes", note="Name the source."
            ),
        }
        kind = row._meta.model_name
        typed = {"k" if row.state == "published" else "w": (TEXT[kind], "Other words")}
        if kind == "commitment":
            tries["x"] = lambda: self.moves(row, "withdraw", "withdrawn", reason="Entered twice.")
            tries["o"] = lambda: self.moves(row, "restore", "published", reason="It was not.")
            if row.state == "published":
                typed["c"] = ("agenda_points", [AgendaPointFactory().pk])
        typed = {letter: entry for letter, entry in typed.items() if letter in tried}
        return self.saves(row, typed) | {letter for letter, act in tries.items() if letter in tried and act()}

    def deletes(self, row) -> bool:
        return attempt(
            lambda: self.client.post(self.address(row, "delete"), {"post": "yes"}), lambda: state_of(row) is None
        )


def words_of(row) -> str:
    return getattr(row, TEXT[row._meta.model_name])


def entry(row, name: str):
    """Return the value of a field of a saved row, as a form would send it."""
    return [point.pk for point in row.agenda_points.all()] if name == "agenda_points" else getattr(row, name)


@pytest.fixture(scope="module")
def forms(world, cookies, module_db):
    """Every form as an administrator is given it, for whoever is to try it without having been given one."""
    client = Client()
    client.cookies = deepcopy(cookies["administrator"])
    drafts = {kind: world.row(kind, "focal_point", "own_agency", "draft") for kind in MODELS}
    with module_db.unblock():
        return {
            kind: filled(client.get(reverse(f"admin:{draft._meta.app_label}_{kind}_change", args=[draft.pk])))
            for kind, draft in drafts.items()
        }


@pytest.fixture
def pages(client_of, forms, monkeypatch):
    """The pages of somebody in a role.

    The list of all tables, which stands on each page, is left out: it says nothing of any row.
    """
    monkeypatch.setattr(admin.site, "get_app_list", lambda *args, **kwargs: [])
    return lambda role: Pages(client_of(role), forms)


@pytest.mark.parametrize(("kind", "role", "whose", "policy"), CASES)
def test_pages_of_the_editors_side_keep_to_the_policy(kind, role, whose, policy, world, pages):
    rows = {state: world.row(kind, role, whose, state) for state in policy}
    editor = pages(role)
    tries = {state: ways_to_try(kind, role, whose, state, letters) for state, letters in policy.items()}

    done = {state: editor.letters(row, tries[state]) for state, row in rows.items()}

    assert done == {
        state: set() if role in NO_EDITORS else in_every_way(letters & BY_PAGES) & tries[state]
        for state, letters in policy.items()
    }


def ways_to_try(kind: str, role: str, whose: str, state: str, granted: set[str]) -> set[str]:
    """Return what is tried with a row: what its state offers anybody, and on the first line of a role by every page.

    What a state offers nobody is refused whoever leads the row, so some roles try it, on their first line. On other
    lines the pages are tried for what they do by themselves: saving and deleting. Whether a row's page opens is asked
    of the sets that it reads from, in every cell: by `test_sets_hold_exactly_the_rows_of_the_policy` and by the lists.
    A page for a step is tried where it is granted: it does what `test_actions_keep_to_the_policy` tries in every cell.
    Independence changes nothing of what is read and written, so only deciding and amending is tried again.
    """
    offered = set().union(*(policy.get(state, ()) for _role, _whose, policy in LINES[kind]))
    if role in BY_INDEPENDENCE:
        offered &= OF_REVIEWERS
    if whose != next(first for of, first, _policy in LINES[kind] if of == role):
        return offered & (granted | BY_PAGES - VERBS.keys()) - READING
    return ALL_WAYS if role in TRY_EVERYTHING else in_every_way(offered)


def in_every_way(letters: set[str]) -> set[str]:
    return letters | {way for way, letter in OTHER_WAYS.items() if letter in letters}


# By actions on many rows at once


@pytest.mark.parametrize("role", ROLES)
def test_lists_and_bulk_actions_keep_to_the_policy(role, world, client_of, monkeypatch):
    client = client_of(role)
    granted = {
        (kind, whose, state): set() if role in NO_EDITORS else letters
        for kind, of, whose, policy in CASES
        if of == role
        for state, letters in policy.items()
    }
    rows = {cell: world.row(cell[0], role, *cell[1:]) for cell in granted}
    publishable = {cell for cell, letters in granted.items() if "p" in letters}

    queued = {f"seen_{key_of(row)}": row.version for row in rows.values()}
    ticked = {"row": [key_of(row) for row in rows.values()], "confirmed": "yes", **queued}
    by_queue = attempt(lambda: client.post(reverse("admin:queue"), ticked), lambda: moved(rows))
    listed = set()
    for kind in MODELS:
        of_kind = {cell: row for cell, row in rows.items() if cell[0] == kind}
        monkeypatch.setattr(admin.site.get_model_admin(MODELS[kind]), "list_per_page", 1000)
        address = reverse(f"admin:{app_label_of(kind)}_{kind}_changelist")
        page = client.get(address)
        keys = {row.pk for row in page.context["cl"].result_list} if page.status_code == 200 else set()
        listed |= {cell for cell, row in of_kind.items() if row.pk in keys}
        seen = {f"seen_{row.pk}": row.version for row in of_kind.values()}
        chosen = {"_selected_action": [row.pk for row in of_kind.values()], "confirmed": "yes", **seen}
        client.post(address, {"action": "publish_selected", **chosen})
        client.post(address, {"action": "delete_selected", "post": "yes", **chosen})

    assert listed == {cell for cell, letters in granted.items() if "r" in letters}
    assert by_queue == publishable
    assert moved(rows) == publishable


def moved(rows: dict[tuple[str, str, str], Reviewed]) -> set[tuple[str, str, str]]:
    """The rows that are not in the state of their cell any more, or not there at all."""
    states = states_of(rows.values())
    return {cell for cell, row in rows.items() if states.get(key_of(row)) != cell[2]}


def states_of(rows) -> dict[str, str]:
    """The states as they are stored, by the keys of the rows."""
    return {
        key_of(row): row.state
        for model in MODELS.values()
        for row in model.objects.filter(pk__in=[row.pk for row in rows if isinstance(row, model)])
    }


# By the API and the public pages

# A withdrawn commitment keeps its page; the register of the API leaves it out.
PUBLIC = {"published": {"page", "api", "api row"}, "withdrawn": {"page", "api"}}


@pytest.mark.parametrize("role", [role for role in ROLES if role not in BY_INDEPENDENCE])
def test_public_side_shows_what_is_public_and_changes_nothing(role, world, client_of):
    client = client_of(role)
    rows = {
        (kind, whose, state): world.row(kind, role, whose, state)
        for kind, of, whose, policy in CASES
        if of == role
        for state in policy
    }

    commitments = {commitment.pk: commitment for commitment in map(page_of, rows.values())}
    texts = {key: on_the_public_side(client, commitment) for key, commitment in commitments.items()}
    lists = {kind: client.get(address).content.decode() for kind, address in LISTS.items()}
    places = {cell: tables_containing(row, texts[page_of(row).pk], lists.get(cell[0])) for cell, row in rows.items()}

    assert places == {cell: PUBLIC.get(cell[2], set()) for cell in rows}
    everything = "".join([*lists.values(), *(text for of_one in texts.values() for text in of_one.values())])
    hidden = {key: words_of(row) for key, row in world.rows.items() if key[2] not in PUBLIC}
    assert {key for key, words in hidden.items() if words in everything} == set()
    assert moved(rows) == set()


def page_of(row) -> Commitment:
    return row if isinstance(row, Commitment) else row.commitment


def on_the_public_side(client, commitment: Commitment) -> dict[str, str]:
    """Return what stands on a commitment's page and in its row of the API."""
    places = {
        "page": commitment.get_absolute_url(),
        "api": reverse("api:commitments-detail", args=[commitment.reference]),
    }
    return {place: client.get(address).content.decode() for place, address in places.items()}


def tables_containing(row, texts: dict[str, str], listed: str | None) -> set[str]:
    """Return where the words of a row are found, `listed` being the API's list of such."""
    words = words_of(row)
    places = {place for place, text in texts.items() if words in text}
    in_list = places == {"page", "api"} if listed is None else words in listed
    return places | {"api row"} if in_list else places


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("role", ROLES)
def test_api_of_the_register_takes_no_writing_method(role, method, world, client_of):
    commitment = world.row("commitment", "outsider", "other_agency", "published")

    response = getattr(client_of(role), method)(reverse("api:commitments-detail", args=[commitment.reference]))

    assert (response.status_code, state_of(commitment)) == (405, "published")


# By the tokens of an agency's own systems


@pytest.mark.parametrize(
    "role", [role for role in ROLES if role not in {"anonymous", "assessor", "outsider"} | BY_INDEPENDENCE]
)
def test_tokens_keep_to_the_policy(role, world, client):
    """A token allows what the agency of its maker may do, whatever other roles its maker has."""
    user = world.people[role]
    if role in ("secretariat", "administrator"):
        MembershipFactory(user=user, agency=world.ohchr)
    system = system_for(client, user, world.undesa if role == "group_lead" else world.ohchr)
    lines = [(whose, policy) for of, whose, policy in LINES["progressreport"] if of == role]
    rows = cells(world, "progressreport", role)

    listed = system.get().content.decode()
    letters_by_cell = {cell: by_token(system, row, listed) for cell, row in rows.items()}

    own = () if role == "former" else ("own_agency", "own_group")
    granted = {(whose, state): letters & set("rws") for whose, policy in lines for state, letters in policy.items()}
    assert letters_by_cell == {cell: letters if cell[0] in own else set() for cell, letters in granted.items()}


def by_token(system, row, listed: str) -> set[str]:
    """Return what a system may do with a report of which it knows the code and version."""
    address = f"{DRAFTS}{row.draft_code}/"
    version = f"v{row.version}.{row.history.first().history_id}"
    reads = row.achieved in system.get(address).content.decode()
    assert (row.achieved in listed) is (reads and row.state != "published")
    tries = {
        "w": (
            lambda: system.patch(address, {"barriers": "Other words"}, version),
            lambda: ProgressReport.objects.filter(pk=row.pk, barriers="Other words").exists(),
        ),
        "s": (lambda: system.post(f"{address}submit/"), lambda: state_of(row) == "submitted" != row.state),
    }
    return {letter for letter, (act, done) in tries.items() if attempt(act, done)} | ({"r"} if reads else set())
