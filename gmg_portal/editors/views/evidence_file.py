"""The file of a piece of evidence as a download."""

from django.http import Http404

from gmg_portal.editors.extra_views import EditorView, ExtraView
from reporting.evidence.serving import evidence_download_response


class EvidenceFileView(EditorView):
    """The file of a piece of evidence, for users who may see it."""

    def get(self, request, pk: int):
        rows = self.page.table.get_queryset(request).select_related("report__commitment")
        piece = rows.filter(pk=pk).first()
        if piece is None:
            raise Http404
        return evidence_download_response(request, piece)


EVIDENCE_FILE = ExtraView("<int:pk>/file/", "file", EvidenceFileView)
