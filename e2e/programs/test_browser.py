"""A browser uploads by a form and reads by script: headless Chromium, a page of another origin, a policy that IAM's user signed."""

import http.server
import json
import queue
import threading
import urllib.parse

import pytest

from programs import path_of, run

QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]

FORM = """<!DOCTYPE html><meta charset="utf-8"><form method="post" enctype="multipart/form-data" action="%(url)s">
%(fields)s<input type="file" name="file"></form><script>
const chosen = new DataTransfer();
chosen.items.add(new File(["from a br\\u00f6wser\\n"], "my file.txt", {type: "text/plain"}));
document.querySelector("input[type=file]").files = chosen.files;
document.querySelector("form").submit();
</script>"""

# Where S3 sends the browser afterwards: it reads the object from its own origin, and tries without a rule for it.
DONE = """<!DOCTYPE html><script>
(async () => {
  const told = Object.fromEntries(new URLSearchParams(location.search));
  const got = await fetch("%(allowed)s");
  told.text = await got.text();
  told.etag_shown = got.headers.get("etag");
  told.note_shown = got.headers.get("x-amz-meta-note");
  try { await fetch("%(refused)s"); told.refused = "was answered"; } catch (e) { told.refused = e.name; }
  await fetch("/report", {method: "POST", body: JSON.stringify(told)});
})();
</script>"""


@pytest.fixture
def site():
    """A web server of another origin: pages by path, and a queue of what they report."""
    pages, reports = {}, queue.Queue()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            page = pages.get(urllib.parse.urlsplit(self.path).path)
            self.send_response(200 if page else 404)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write((page or "").encode())

        def do_POST(self):
            reports.put(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield "http://127.0.0.1:%d" % server.server_port, pages, reports
    server.shutdown()


@pytest.mark.parametrize("table", ["http"], indirect=True)
def test_a_form_and_a_script_of_another_origin(owner, site, tmp_path):
    program = path_of("chromium")
    origin, pages, reports = site
    owner.s3.create_bucket(Bucket=owner.bucket)
    rule = {"AllowedOrigins": [origin], "AllowedMethods": ["GET"], "ExposeHeaders": ["ETag"]}
    owner.s3.put_bucket_cors(Bucket=owner.bucket, CORSConfiguration={"CORSRules": [rule]})
    user = owner.table.client("s3", owner.key, owner.secret, s3={"addressing_style": "path"})
    fields = {"success_action_redirect": origin + "/done", "x-amz-meta-note": "n", "Content-Type": "text/plain"}
    conditions = [["starts-with", "$key", "up/"], ["content-length-range", 1, 1000]] + [{k: v} for k, v in fields.items()]
    post = user.generate_presigned_post(owner.bucket, "up/${filename}", Fields=fields, Conditions=conditions)
    hidden = "".join('<input type="hidden" name="%s" value="%s">' % pair for pair in post["fields"].items())
    pages["/form"] = FORM % {"url": post["url"], "fields": hidden}
    owner.s3.put_object(Bucket=owner.other, Key="k", Body=b"x")
    pages["/done"] = DONE % {
        "allowed": user.generate_presigned_url("get_object", {"Bucket": owner.bucket, "Key": "up/my file.txt"}),
        "refused": owner.s3.generate_presigned_url("get_object", {"Bucket": owner.other, "Key": "k"}),
    }
    browser = threading.Thread(target=run, args=(
        [program, *QUIET, "--user-data-dir=%s" % (tmp_path / "profile"), "--virtual-time-budget=20000", "--dump-dom",
         origin + "/form"], {"HOME": str(tmp_path)}))
    browser.start()
    told = reports.get(timeout=120)
    browser.join()
    head = owner.s3.head_object(Bucket=owner.bucket, Key="up/my file.txt")
    assert told == {"bucket": owner.bucket, "key": "up/my file.txt", "etag": head["ETag"], "text": "from a br\u00f6wser\n",
                    "etag_shown": head["ETag"], "note_shown": None, "refused": "TypeError"}
    assert (head["ContentType"], head["Metadata"]) == ("text/plain", {"note": "n"})
