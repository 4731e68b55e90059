from datetime import date

import pytest
import time_machine

from register.details.citations import Citation
from tests.support.factories import AgencyFactory, CommitmentFactory, WorkGroupFactory

pytestmark = pytest.mark.django_db

ADDRESS = "https://portal.example.org/commitments/HLD-0007/"


@pytest.fixture(autouse=True)
def ninth_of_may():
    with time_machine.travel("2016-05-09T23:59:00Z", tick=False):
        yield


@pytest.fixture
def fair(ilo):
    return CommitmentFactory(reference="HLD-0007", lead_agency=ilo, title="Fair recruitment.")


def test_plain_citation_has_the_address_and_the_day(fair):
    assert Citation.of(fair, ADDRESS).plain == (
        "ILO (2014). Fair recruitment. GMG HLD follow-up portal, HLD-0007. "
        "https://portal.example.org/commitments/HLD-0007/ (as the record stood on 9 May 2016)."
    )


def test_citation_as_of_a_day_leads_to_the_record_of_that_day(fair):
    citation = Citation.of(fair, ADDRESS, date(2014, 10, 1))

    assert citation.plain.endswith("HLD-0007/?as_of=2014-10-01 (as the record stood on 1 October 2014).")
    assert "  url = {https://portal.example.org/commitments/HLD-0007/?as_of=2014-10-01},\n" in citation.bibtex
    assert "  urldate = {2014-10-01}\n" in citation.bibtex
    assert "UR  - https://portal.example.org/commitments/HLD-0007/?as_of=2014-10-01\r\n" in citation.ris
    assert "Y2  - 2014/10/01/\r\n" in citation.ris


def test_bibtex_is_one_entry(fair):
    assert Citation.of(fair, ADDRESS).bibtex == (
        "@misc{HLD-0007,\n"
        "  author = {{International Labour Organization}},\n"
        "  title = {{Fair recruitment}},\n"
        "  year = {2014},\n"
        "  howpublished = {GMG HLD follow-up portal},\n"
        "  note = {HLD-0007, as the record stood on 9 May 2016},\n"
        "  url = {https://portal.example.org/commitments/HLD-0007/},\n"
        "  urldate = {2016-05-09}\n"
        "}\n"
    )


@pytest.mark.parametrize(
    ("title", "escaped"),
    [
        ("Costs & fees: 50% of $100", r"Costs \& fees: 50\% of \$100"),
        ("{Sets} of #1_a", r"\{Sets\} of \#1\_a"),
        (r"\input{x} ~ ^", r"\textbackslash{}input\{x\} \textasciitilde{} \textasciicircum{}"),
        ("Migrants’ rights – حقوق", "Migrants’ rights – حقوق"),
        ("Two\nlines", "Two lines"),
    ],
)
def test_bibtex_holds_what_would_be_a_command(fair, title, escaped):
    fair.title = title

    assert f"  title = {{{{{escaped}}}}},\n" in Citation.of(fair, ADDRESS).bibtex


def test_ris_is_one_record(fair):
    assert Citation.of(fair, ADDRESS).ris.split("\r\n") == [
        "TY  - ELEC",
        "ID  - HLD-0007",
        "AU  - International Labour Organization",
        "TI  - Fair recruitment",
        "PY  - 2014",
        "PB  - GMG HLD follow-up portal",
        "N1  - HLD-0007, as the record stood on 9 May 2016",
        "UR  - https://portal.example.org/commitments/HLD-0007/",
        "Y2  - 2016/05/09/",
        "ER  - ",
        "",
    ]


def test_ris_takes_no_second_record_from_a_title(fair):
    fair.title = "Fair\r\nER  - \r\nTY  - BOOK"

    lines = Citation.of(fair, ADDRESS).ris.split("\r\n")
    assert [line for line in lines if line.startswith(("TY", "ER"))] == ["TY  - ELEC", "ER  - "]


def test_name_with_a_comma_is_shortened_where_a_comma_parts_names(fair):
    fair.lead_agency = AgencyFactory(acronym="UNESCO", name="Educational, Scientific and Cultural Organization")

    citation = Citation.of(fair, ADDRESS)

    assert "AU  - UNESCO\r\n" in citation.ris
    assert "author = {{Educational, Scientific and Cultural Organization}}" in citation.bibtex


def test_work_group_is_cited_by_its_title(fair):
    fair.lead_agency, fair.workgroup = None, WorkGroupFactory(title="Data and Research")

    citation = Citation.of(fair, ADDRESS)

    assert citation.plain.startswith("Data and Research (2014).")
    assert "AU  - Data and Research\r\n" in citation.ris


def test_title_of_the_line_on_the_page_sets_its_own_direction_and_is_escaped(client, ilo):
    row = CommitmentFactory(lead_agency=ilo, title="مبادرة <b>(Fair)</b> 2014")

    html = client.get(row.get_absolute_url()).content.decode()

    assert "<bdi>مبادرة &lt;b&gt;(Fair)&lt;/b&gt; 2014</bdi>. GMG HLD follow-up portal" in html
