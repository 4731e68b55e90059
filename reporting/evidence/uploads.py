"""Upload handlers that keep the original file name and limit the size of uploads."""

import html

from django.core.files.uploadhandler import FileUploadHandler
from django.http.multipartparser import MultiPartParser

MAX_BYTES = 25 * 1024 * 1024


class OriginalNameUploadHandler(FileUploadHandler):
    """The first upload handler: sets `original_name` on each file, and leaves the rest to the other handlers.

    Django removes paths and hidden characters from a name before a form can validate it.
    """

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):
        others = [handler for handler in self.request.upload_handlers if handler is not self]
        try:
            return OriginalNameParser(META, input_data, [SizeLimitUploadHandler(), *others], encoding).parse()
        except Exception:
            for handler in others:
                handler.upload_interrupted()
            raise

    def receive_data_chunk(self, raw_data, start):
        return raw_data

    def file_complete(self, file_size):
        return None


class OriginalNameParser(MultiPartParser):
    """A parser of uploads that keeps the names of files as they were sent."""

    original_name = ""

    def sanitize_file_name(self, file_name):
        self.original_name = html.unescape(file_name)
        return super().sanitize_file_name(file_name) or "unnamed"

    def handle_file_complete(self, old_field_name, counters):
        super().handle_file_complete(old_field_name, counters)
        files = self._files.getlist(old_field_name)
        if files:
            files[-1].original_name = self.original_name


class SizeLimitUploadHandler(FileUploadHandler):
    """Drops the content of a file beyond the size limit, which then fills neither disk nor memory."""

    def receive_data_chunk(self, raw_data, start):
        return raw_data if start <= MAX_BYTES else None

    def file_complete(self, file_size):
        return None
