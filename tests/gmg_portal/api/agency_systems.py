"""An agency's own system: a client of the drafts API for tests."""

from itertools import count

from tests.support.factories import AccessTokenFactory

DRAFTS = "/api/v1/drafts/"
DRAFT_BODY = {"status": "in_progress", "achieved": "Courses were held in Accra.", "outlook": "on_track"}
numbers = count(1)


class System:
    """A client that sends a token; each POST has a new idempotency key unless one is given."""

    def __init__(self, client, token=None, secret=None):
        self.client, self.token = client, token
        self.secret = secret or token.secret

    def headers(self, **more):
        return {"Authorization": f"Bearer {self.secret}", **more}

    def get(self, address=DRAFTS):
        return self.client.get(address, headers=self.headers())

    def post(self, address=DRAFTS, body=None, key=None, form=False, **headers):
        sent = self.headers(**{"Idempotency-Key": key or f"key-{next(numbers)}", **headers})
        if form:
            return self.client.post(address, body, headers=sent)
        return self.client.post(address, body or {}, "application/json", headers=sent)

    def patch(self, address, body, version):
        sent = self.headers(**({"If-Match": f'"{version}"'} if version else {}))
        return self.client.patch(address, body, "application/json", headers=sent)

    def delete(self, address):
        return self.client.delete(address, headers=self.headers())

    def begin(self, commitment, **body):
        """Begin a report outside of any cycle; return the response."""
        return self.post(body={"commitment": commitment.reference, "cycle": None, **DRAFT_BODY, **body})


def system_for(client, person, agency, **fields) -> System:
    return System(client, AccessTokenFactory(made_by=person, agency=agency, **fields))
