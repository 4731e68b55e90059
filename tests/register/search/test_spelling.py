import pytest

from foundation.dates.partial import PartialDate
from register.search.spelling import suggest_spellings
from tests.support.factories import AssessmentFactory, CommitmentFactory, ProgressReportFactory, published_report

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def library():
    """Published texts, with one report of June 2014."""
    commitment = CommitmentFactory(
        title="Fair recruitment of workers", summary="Training in corridors.", original_text="Cheaper remittances"
    )
    published_report(commitment, on="2014-06-30", achieved="Observatories were opened.", barriers="", next_steps="")
    return commitment


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("recruitmnet", ["recruitment"]),
        ("Recrutement", ["recruitment"]),
        ("traiming", ["training"]),
        ("remitance", ["remittances"]),
        ("observatries", ["observatories"]),
        ("fair recruitmnet", ["fair recruitment"]),
        ("recruitmnet traiming", ["recruitment training"]),
        ('"fair recruitmnet" -secrets', ['"fair recruitment" -secrets']),
        ("recruitment", []),
        ("fair recruiting", []),
        ("xylophone", []),
        ("the", []),
        ("", []),
        ("'; DROP TABLE %s {texts}", []),
    ],
)
def test_near_spelling_of_what_no_text_holds(library, text, first):
    assert suggest_spellings(text)[:1] == first


def test_several_words_that_are_spelt_alike_are_offered_the_likest_first():
    CommitmentFactory(title="Training and trainers", summary="Straining at the trail")

    offered = suggest_spellings("trainng")

    assert offered[0] == "training"
    assert len(offered) == len(set(offered)) == 3


@pytest.mark.parametrize(("day", "offered"), [("2014-06-29", []), ("2014-06-30", ["observatories"])])
def test_words_are_those_of_the_reports_of_the_day(library, day, offered):
    assert suggest_spellings("observatries", PartialDate.parse(day).day) == offered


@pytest.mark.parametrize("state", ["draft", "submitted", "sent_back"])
@pytest.mark.parametrize("day", [None, "2014-12-31"])
def test_word_of_what_is_not_published_is_never_offered(library, state, day):
    texts = {"title": "Quetzalcoatlus", "summary": "Quetzalcoatlus", "original_text": "Quetzalcoatlus"}
    CommitmentFactory(**{state: True}, **texts)
    report_texts = {"achieved": "Quetzalcoatlus", "barriers": "Quetzalcoatlus", "next_steps": "Quetzalcoatlus"}
    ProgressReportFactory(**{state: True}, commitment=library, **report_texts)
    AssessmentFactory(**{state: True}, commitment=library, text="Quetzalcoatlus")

    assert suggest_spellings("Quetzalcoatlu", day and PartialDate.parse(day).day) == []


def test_word_of_a_withdrawn_commitment_is_offered_for_its_days_alone():
    CommitmentFactory(withdrawn=True, title="Quetzalcoatlus")

    assert suggest_spellings("Quetzalcoatlu") == []
    assert suggest_spellings("Quetzalcoatlu", PartialDate.parse("2014-08-31").day) == ["quetzalcoatlus"]
