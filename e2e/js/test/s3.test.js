"use strict";
// AWS SDK for JavaScript, version 3: S3 with its upload library and presigner, over HTTP and TLS, as a user whom IAM lets use a bucket.

const assert = require("node:assert/strict");
const crypto = require("node:crypto");
const { Readable } = require("node:stream");
const { after, before, describe, test } = require("node:test");
const s3Sdk = require("@aws-sdk/client-s3");
const iamSdk = require("@aws-sdk/client-iam");
const { Upload } = require("@aws-sdk/lib-storage");
const { getSignedUrl } = require("@aws-sdk/s3-request-presigner");
const http = require("node:http");
const https = require("node:https");
const { once } = require("node:events");
const { Table, fresh } = require("../table.js");

const { S3Client, PutObjectCommand, GetObjectCommand } = s3Sdk;
const MIB = 1024 * 1024;

for (const transport of ["http", "https"]) {
  describe(`S3 over ${transport}`, () => {
    let table, root, s3, Bucket;

    before(async () => {
      table = await Table.start({ tls: transport === "https" });
      root = new S3Client(table.config("test", "test", undefined, { forcePathStyle: true }));
      Bucket = fresh("bucket");
      const iam = new iamSdk.IAMClient(table.config());
      const UserName = fresh("user");
      await iam.send(new iamSdk.CreateUserCommand({ UserName }));
      const key = (await iam.send(new iamSdk.CreateAccessKeyCommand({ UserName }))).AccessKey;
      const Resource = [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`];
      const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:*", Resource }] });
      await iam.send(new iamSdk.PutUserPolicyCommand({ UserName, PolicyName: "p", PolicyDocument }));
      s3 = new S3Client(table.config(key.AccessKeyId, key.SecretAccessKey, undefined, { forcePathStyle: true }));
      await s3.send(new s3Sdk.CreateBucketCommand({ Bucket }));
    });

    after(async () => {
      assert.equal(await table.stop(), 0);
    });

    async function send(method, url, body, headers = {}) {
      const request = (table.tls ? https : http).request(url, { method, agent: table.agent, headers });
      request.end(body);
      const [response] = await once(request, "response");
      let text = "";
      for await (const piece of response) text += piece;
      return { status: response.statusCode, text };
    }

    const bytes = async (Key, more = {}) =>
      Buffer.from(await (await s3.send(new GetObjectCommand({ Bucket, Key, ...more }))).Body.transformToByteArray());

    test("objects go in and come out, checked by the SDK's checksums", async () => {
      for (const Key of ["plain", "a b/ü+%", "日本語", "x".repeat(1024)]) {
        const put = await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key, Metadata: { a: "b" }, ContentType: "text/x" }));
        assert.ok(put.ChecksumCRC32, "the SDK sends a checksum, and S3 echoes it");
        const got = await s3.send(new GetObjectCommand({ Bucket, Key }));
        assert.equal(await got.Body.transformToString(), Key);
        assert.deepEqual([got.Metadata, got.ContentType, got.ETag], [{ a: "b" }, "text/x", put.ETag]);
        const copied = await s3.send(new s3Sdk.CopyObjectCommand({
          Bucket, Key: "copy", CopySource: `${Bucket}/${encodeURIComponent(Key)}`,
        }));
        assert.equal(copied.CopyObjectResult.ETag, put.ETag);
      }
      const body = crypto.randomBytes(100_000);
      for (const ChecksumAlgorithm of ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"]) {
        const put = await s3.send(new PutObjectCommand({ Bucket, Key: "sum", Body: body, ChecksumAlgorithm }));
        assert.ok(put[`Checksum${ChecksumAlgorithm}`], ChecksumAlgorithm);
        assert.deepEqual(await bytes("sum", { ChecksumMode: "ENABLED" }), body);
      }
    });

    test("a stream of unknown length goes up in parts", async () => {
      const data = crypto.randomBytes(11 * MIB + 3);
      const pieces = function* () {
        for (let at = 0; at < data.length; at += 100_000) yield data.subarray(at, at + 100_000);
      };
      const seen = [];
      const upload = new Upload({
        client: s3, params: { Bucket, Key: "streamed", Body: Readable.from(pieces()) }, partSize: 5 * MIB, queueSize: 3,
      });
      upload.on("httpUploadProgress", (p) => seen.push(p.part));
      const done = await upload.done();
      assert.match(done.ETag, /-3"$/);
      assert.equal(seen.length, 3);
      assert.ok((await bytes("streamed")).equals(data));
      assert.ok((await bytes("streamed", { Range: "bytes=5242870-5242890" })).equals(data.subarray(5242870, 5242891)));
      const second = await s3.send(new GetObjectCommand({ Bucket, Key: "streamed", PartNumber: 2 }));
      assert.deepEqual([second.PartsCount, second.ContentLength], [3, 5 * MIB]);
      assert.ok(Buffer.from(await second.Body.transformToByteArray()).equals(data.subarray(5 * MIB, 10 * MIB)));
    });

    test("an upload that is given up leaves nothing", async () => {
      const body = Readable.from((function* () {
        yield crypto.randomBytes(6 * MIB);
        throw new Error("the disk it came from failed");
      })());
      const upload = new Upload({ client: s3, params: { Bucket, Key: "never", Body: body }, partSize: 5 * MIB });
      await assert.rejects(upload.done());
      const left = await s3.send(new s3Sdk.ListMultipartUploadsCommand({ Bucket }));
      assert.equal(left.Uploads, undefined);
      await assert.rejects(s3.send(new s3Sdk.HeadObjectCommand({ Bucket, Key: "never" })), { name: "NotFound" });
    });

    test("presigned URLs", async () => {
      const Key = "pre signed/ü";
      const put = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key, ContentType: "text/y" }), {
        expiresIn: 60, signableHeaders: new Set(["content-type"]),
      });
      assert.deepEqual(await send("PUT", put, "hello", { "content-type": "text/y" }), { status: 200, text: "" }, put);
      const wrong = await send("PUT", put, "hello", { "content-type": "text/z" });
      assert.deepEqual([wrong.status, wrong.text.includes("<Code>SignatureDoesNotMatch</Code>")], [403, true]);
      const get = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key, ResponseContentType: "x/y" }), { expiresIn: 60 });
      assert.deepEqual(await send("GET", get), { status: 200, text: "hello" });
      assert.equal((await send("GET", get.replace("x%2Fy", "x%2Fz"))).status, 403);
      const late = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key }), {
        expiresIn: 60, signingDate: new Date(Date.now() - 120_000),
      });
      const told = await send("GET", late);
      assert.deepEqual([told.status, told.text.includes("Request has expired")], [403, true]);
    });

    test("pages, versions, conditions and modelled errors", async () => {
      for (let n = 0; n < 7; n++) await s3.send(new PutObjectCommand({ Bucket, Key: `page/${n}`, Body: `${n}` }));
      const keys = [];
      const pages = s3Sdk.paginateListObjectsV2({ client: s3, pageSize: 2 }, { Bucket, Prefix: "page/" });
      for await (const page of pages) keys.push(...page.Contents.map((o) => o.Key));
      assert.deepEqual(keys, [0, 1, 2, 3, 4, 5, 6].map((n) => `page/${n}`));
      await s3.send(new s3Sdk.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
      const one = await s3.send(new PutObjectCommand({ Bucket, Key: "v", Body: "1", IfNoneMatch: "*" }));
      await assert.rejects(s3.send(new PutObjectCommand({ Bucket, Key: "v", Body: "2", IfNoneMatch: "*" })), (e) => {
        assert.deepEqual([e.name, e.$metadata.httpStatusCode, e.Condition], ["PreconditionFailed", 412, "If-None-Match"]);
        return true;
      });
      const two = await s3.send(new PutObjectCommand({ Bucket, Key: "v", Body: "2", IfMatch: one.ETag }));
      assert.notEqual(one.VersionId, two.VersionId);
      assert.equal((await bytes("v", { VersionId: one.VersionId })).toString(), "1");
      const gone = await s3.send(new s3Sdk.DeleteObjectCommand({ Bucket, Key: "v" }));
      assert.equal(gone.DeleteMarker, true);
      await assert.rejects(bytes("v"), (e) => e instanceof s3Sdk.NoSuchKey && e.$metadata.httpStatusCode === 404);
      await s3.send(new s3Sdk.DeleteObjectCommand({ Bucket, Key: "v", VersionId: gone.VersionId }));
      assert.equal((await bytes("v")).toString(), "2");
      await s3Sdk.waitUntilObjectExists({ client: s3, maxWaitTime: 30 }, { Bucket, Key: "v" });
      await assert.rejects(
        s3.send(new s3Sdk.ListObjectsV2Command({ Bucket: fresh("none") })),
        (e) => e.name === "AccessDenied" || e.name === "NoSuchBucket",
      );
    });

    test("IAM decides", async () => {
      const other = fresh("other");
      await root.send(new s3Sdk.CreateBucketCommand({ Bucket: other }));
      await assert.rejects(s3.send(new PutObjectCommand({ Bucket: other, Key: "k", Body: "x" })), (e) => {
        assert.equal(e.name, "AccessDenied");
        assert.match(e.message, /is not authorized to perform: s3:PutObject/);
        return true;
      });
      const wrong = new S3Client(table.config("test", "wrong", undefined, { forcePathStyle: true }));
      await assert.rejects(wrong.send(new s3Sdk.ListBucketsCommand({})), { name: "SignatureDoesNotMatch" });
    });
  });
}
