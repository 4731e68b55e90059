"""Where the files of an edition are, and what they hold."""


def address_of(edition, name=""):
    return f"/data/editions/{edition}/{name}"


def body(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.getvalue()
