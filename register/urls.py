"""The addresses of the register and of the pages of a commitment."""

from django.urls import path, re_path

from register.views.commitment import CitationView, CommitmentView, EvidenceFileView
from register.views.corrections import CorrectionView, MistakeThanksView
from register.views.register import RegisterView

app_name = "commitments"
urlpatterns = [
    path("", RegisterView.as_view(), name="list"),
    path("<str:reference>/", CommitmentView.as_view(), name="detail"),
    path("<str:reference>/mistake/", CorrectionView.as_view(), name="mistake"),
    path("<str:reference>/mistake/thanks/", MistakeThanksView.as_view(), name="mistake-thanks"),
    re_path(r"^(?P<reference>[^/]+)/cite\.(?P<form>bib|ris)$", CitationView.as_view(), name="cite"),
    path("<str:reference>/evidence/<uuid:name>/", EvidenceFileView.as_view(), name="evidence"),
]
