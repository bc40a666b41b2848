"""Reading refusals: code, status and text of a client's error in one line. No test."""

import contextlib

import pytest
from botocore.exceptions import ClientError


@contextlib.contextmanager
def refused(code, status, text=None):
    """The block must be refused with exactly this code and status, and a text that holds `text`."""
    with pytest.raises(ClientError) as caught:
        yield caught
    answer = caught.value.response
    got = (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"])
    assert got == (code, status), answer
    if text is not None:
        assert text in answer["Error"]["Message"], answer
