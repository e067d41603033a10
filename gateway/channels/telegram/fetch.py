"""Files that customers send: by id -> getFile -> a path -> the download. Source: Bot API 10.0, `getFile`, 22 Nov 2026.

The path is good for an hour at least, a file's id for good, and files of more than 20 MB are not handed out to bots.
"""

from gateway.channels.base import Fetched
from gateway.channels.download import Downloader
from gateway.channels.telegram.request import Request
from gateway.errors import FetchError, FetchRefused, FetchRetryable, SendError, SendRefused
from gateway.messages import Attachment

_MAY_BE_THERE_LATER = "temporarily unavailable"
"""Said of a wrong id as well: whoever tries again gives up at some time."""


async def fetch(request: Request, root: str, downloader: Downloader, attachment: Attachment) -> Fetched:
    """Bring a file. `root`: of the API. Raises `FetchRefused` or `FetchRetryable`."""
    if not attachment.native_id:
        raise FetchRefused("There is nothing to fetch.")
    failure: FetchError
    try:
        file = await request.ask("getFile", file_id=attachment.native_id)
    except SendRefused as refusal:
        kind = FetchRetryable if _MAY_BE_THERE_LATER in refusal.message else FetchRefused
        failure = kind(refusal.message)
    except SendError as error:
        failure = FetchRetryable(error.message)
    else:
        path = file.get("file_path") if isinstance(file, dict) else None
        if not isinstance(path, str) or not path or path.startswith("/") or ".." in path.split("/"):
            raise FetchRefused("Telegram does not tell where the file is.")
        return await downloader.fetch(
            root + request.file_path(path), kind=attachment.kind, name=attachment.name or path.rpartition("/")[2]
        )
    raise failure
