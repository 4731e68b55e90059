"""How files come in: with the name that was sent, and no more of them than can be taken."""

import html

from django.core.files.uploadhandler import FileUploadHandler
from django.http.multipartparser import MultiPartParser

MAX_BYTES = 25 * 1024 * 1024


class GivenNameHandler(FileUploadHandler):
    """The first of the upload handlers: leaves the rest to the others, and has each file say its `given_name`.

    Django takes paths and hidden signs out of a name before any form can see them. That is safe, but tells nobody.
    """

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):
        others = [handler for handler in self.request.upload_handlers if handler is not self]
        try:
            return GivenNameParser(META, input_data, [FirstBytesHandler(), *others], encoding).parse()
        except Exception:
            for handler in others:
                handler.upload_interrupted()
            raise

    def receive_data_chunk(self, raw_data, start):
        return raw_data

    def file_complete(self, file_size):
        return None


class GivenNameParser(MultiPartParser):
    given_name = ""

    def sanitize_file_name(self, file_name):
        self.given_name = html.unescape(file_name)
        return super().sanitize_file_name(file_name) or "unnamed"

    def handle_file_complete(self, old_field_name, counters):
        super().handle_file_complete(old_field_name, counters)
        files = self._files.getlist(old_field_name)
        if files:
            files[-1].given_name = self.given_name


class FirstBytesHandler(FileUploadHandler):
    """Keeps of each file as much as shows that it is too large: the rest fills neither disk nor memory."""

    def receive_data_chunk(self, raw_data, start):
        return raw_data if start <= MAX_BYTES else None

    def file_complete(self, file_size):
        return None
