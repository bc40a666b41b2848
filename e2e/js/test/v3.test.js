"use strict";
// AWS SDK for JavaScript, version 3: STS, IAM and SQS (JSON), over HTTP and TLS.

const assert = require("node:assert/strict");
const { after, before, describe, test } = require("node:test");
const { GetCallerIdentityCommand, AssumeRoleCommand, STSClient } = require("@aws-sdk/client-sts");
const iamSdk = require("@aws-sdk/client-iam");
const sqsSdk = require("@aws-sdk/client-sqs");
const { ACCOUNT, Table, fresh } = require("../table.js");

const { IAMClient, CreateUserCommand, CreateAccessKeyCommand, PutUserPolicyCommand, DeleteUserPolicyCommand } = iamSdk;
const { SQSClient, CreateQueueCommand, SendMessageCommand, ReceiveMessageCommand, DeleteMessageCommand } = sqsSdk;

for (const transport of ["http", "https"]) {
  describe(`over ${transport}`, () => {
    let table, sts, iam, sqs;

    before(async () => {
      table = await Table.start({ tls: transport === "https" });
      sts = new STSClient(table.config());
      iam = new IAMClient(table.config());
      sqs = new SQSClient(table.config());
    });

    after(async () => {
      assert.equal(await table.stop(), 0);
    });

    const refused = (promise, name, status, text) =>
      assert.rejects(promise, (e) => {
        assert.equal(e.name, name, e.message);
        assert.equal(e.$metadata.httpStatusCode, status);
        assert.ok(e.message.includes(text), e.message);
        return true;
      });

    async function user() {
      const name = fresh("user");
      const arn = (await iam.send(new CreateUserCommand({ UserName: name }))).User.Arn;
      const key = (await iam.send(new CreateAccessKeyCommand({ UserName: name }))).AccessKey;
      return { name, arn, config: table.config(key.AccessKeyId, key.SecretAccessKey) };
    }

    function allow(name, action, resource = "*") {
      const statement = { Effect: "Allow", Action: action, Resource: resource };
      const document = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
      return iam.send(new PutUserPolicyCommand({ UserName: name, PolicyName: "p", PolicyDocument: document }));
    }

    async function queue(attributes, name = fresh("q")) {
      return (await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }))).QueueUrl;
    }

    test("root is root", async () => {
      const who = await sts.send(new GetCallerIdentityCommand({}));
      assert.equal(who.Arn, `arn:aws:iam::${ACCOUNT}:root`);
      assert.match(who.$metadata.requestId, /^[0-9a-f-]{36}$/);
    });

    test("a wrong secret and an unknown key are refused", async () => {
      const wrong = new STSClient(table.config("test", "wrong"));
      await refused(wrong.send(new GetCallerIdentityCommand({})), "SignatureDoesNotMatch", 403, "does not match");
      const nobody = new STSClient(table.config("AKIAQQQQQQQQQQQQQQQQ", "x"));
      const text = "The security token included in the request is invalid.";
      await refused(nobody.send(new GetCallerIdentityCommand({})), "InvalidClientTokenId", 403, text);
    });

    test("a policy counts on the very next call", async () => {
      const ann = await user();
      const asAnn = new SQSClient(ann.config);
      const url = await queue();
      const send = () => asAnn.send(new SendMessageCommand({ QueueUrl: url, MessageBody: "x" }));
      const why = "because no identity-based policy allows the sqs:sendmessage action";
      for (let i = 0; i < 5; i++) {
        await refused(send(), "AccessDenied", 403, why);
        await allow(ann.name, "sqs:SendMessage");
        await send();
        await iam.send(new DeleteUserPolicyCommand({ UserName: ann.name, PolicyName: "p" }));
      }
    });

    test("an assumed role acts until its session ends", async () => {
      const ann = await user();
      const name = fresh("role");
      const trust = { Effect: "Allow", Principal: { AWS: ann.arn }, Action: "sts:AssumeRole" };
      const role = await iam.send(new iamSdk.CreateRoleCommand({
        RoleName: name, AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }),
      }));
      const asAnn = new STSClient(ann.config);
      const ask = new AssumeRoleCommand({ RoleArn: role.Role.Arn, RoleSessionName: "js", DurationSeconds: 900 });
      const { Credentials: c } = await asAnn.send(ask);
      const session = new STSClient(table.config(c.AccessKeyId, c.SecretAccessKey, c.SessionToken));
      const who = await session.send(new GetCallerIdentityCommand({}));
      assert.equal(who.Arn, `arn:aws:sts::${ACCOUNT}:assumed-role/${name}/js`);
      await table.advance("901s");
      const text = "The security token included in the request is expired";
      // The SDK gives the code its modelled class.
      await refused(session.send(new GetCallerIdentityCommand({})), "ExpiredToken", 403, text);
    });

    test("users are walked page by page, and waited for", async () => {
      const path = `/${fresh("walk")}/`;
      const names = [fresh("a"), fresh("b"), fresh("c")].sort();
      for (const name of names) await iam.send(new CreateUserCommand({ UserName: name, Path: path }));
      const seen = [];
      for await (const page of iamSdk.paginateListUsers({ client: iam, pageSize: 1 }, { PathPrefix: path })) {
        assert.equal(page.Users.length, 1);
        seen.push(page.Users[0].UserName);
      }
      assert.deepEqual(seen, names);
      const waited = await iamSdk.waitUntilUserExists({ client: iam, maxWaitTime: 5 }, { UserName: names[0] });
      assert.equal(waited.state, "SUCCESS");
    });

    test("modelled errors have their classes", async () => {
      const gone = iam.send(new iamSdk.GetUserCommand({ UserName: fresh("none") }));
      await assert.rejects(gone, iamSdk.NoSuchEntityException);
      const none = sqs.send(new sqsSdk.GetQueueUrlCommand({ QueueName: fresh("none") }));
      await assert.rejects(none, sqsSdk.QueueDoesNotExist);
    });

    test("a message goes through, with attributes, and is checked by its MD5", async () => {
      const url = await queue();
      const attributes = {
        text: { DataType: "String", StringValue: "v\u00e4l" },
        bytes: { DataType: "Binary", BinaryValue: Uint8Array.from([0, 255]) },
      };
      // The SDK compares the MD5s that it gets with its own and throws where they differ.
      await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: "h\u00e9 <&>", MessageAttributes: attributes }));
      const ask = new ReceiveMessageCommand({ QueueUrl: url, MessageAttributeNames: ["All"], MessageSystemAttributeNames: ["All"] });
      const [message] = (await sqs.send(ask)).Messages;
      assert.equal(message.Body, "h\u00e9 <&>");
      assert.deepEqual(Uint8Array.from(message.MessageAttributes.bytes.BinaryValue), Uint8Array.from([0, 255]));
      assert.equal(message.Attributes.ApproximateReceiveCount, "1");
      await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message.ReceiptHandle }));
      await table.advance("31s");
      assert.deepEqual((await sqs.send(ask)).Messages ?? [], []);
    });

    test("a long poll answers when a message comes", async () => {
      const url = await queue();
      const waiting = (await table.admin("GET", "status")).parked;
      const found = sqs.send(new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 20 }));
      for (let i = 0; i < 5000 && (await table.admin("GET", "status")).parked <= waiting; i++);
      await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: "wake" }));
      assert.deepEqual((await found).Messages.map((m) => m.Body), ["wake"]);
    });

    test("a FIFO queue keeps the order of a group", async () => {
      const url = await queue({ FifoQueue: "true", ContentBasedDeduplication: "true" }, `${fresh("q")}.fifo`);
      for (const body of ["1", "2", "3"]) {
        await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body, MessageGroupId: "g" }));
      }
      const got = await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }));
      assert.deepEqual(got.Messages.map((m) => m.Body), ["1", "2", "3"]);
    });

    test("a consumer that fails leaves a dead letter", async () => {
      const dead = await queue();
      const ask = new sqsSdk.GetQueueAttributesCommand({ QueueUrl: dead, AttributeNames: ["QueueArn"] });
      const arn = (await sqs.send(ask)).Attributes.QueueArn;
      const url = await queue({ RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: 1 }) });
      await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: "poison" }));
      const receive = (from) => sqs.send(new ReceiveMessageCommand({ QueueUrl: from }));
      assert.equal((await receive(url)).Messages.length, 1);
      await table.advance("31s");
      assert.deepEqual((await receive(url)).Messages ?? [], []);
      assert.deepEqual((await receive(dead)).Messages.map((m) => m.Body), ["poison"]);
    });

    test("clients whose clock is corrected by the server's date are still let in", async () => {
      await table.advance("2d");
      const client = new STSClient(table.config());
      for (let i = 0; i < 3; i++) {
        assert.equal((await client.send(new GetCallerIdentityCommand({}))).Account, ACCOUNT);
      }
    });
  });
}
