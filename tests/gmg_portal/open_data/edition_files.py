"""Addresses and contents of the files of editions."""


def address_of(edition, name=""):
    return f"/data/editions/{edition}/{name}"


def body(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.getvalue()
