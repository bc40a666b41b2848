"use strict";
// AWS SDK for JavaScript, version 3: EC2's networks and instances, waiters, paginators, refusals.

const assert = require("node:assert/strict");
const { after, before, describe, test } = require("node:test");
const ec2 = require("@aws-sdk/client-ec2");
const { IAMClient, CreateUserCommand, CreateAccessKeyCommand, PutUserPolicyCommand } = require("@aws-sdk/client-iam");
const { REGION, Table, fresh } = require("../table.js");

for (const transport of ["http", "https"]) {
  describe(`EC2 over ${transport}`, () => {
    let table, client, image;
    const send = (command) => client.send(command);
    const tagged = (ResourceType, Name) => [{ ResourceType, Tags: [{ Key: "Name", Value: Name }] }];
    const soon = () => ({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 });

    before(async () => {
      table = await Table.start({ tls: transport === "https" });
      client = new ec2.EC2Client(table.config());
      const found = await send(new ec2.DescribeImagesCommand({
        Owners: ["amazon"], Filters: [{ Name: "name", Values: ["al2023-ami-2023.12.*-kernel-6.18-x86_64"] }],
      }));
      image = found.Images[0].ImageId;
    });

    after(async () => {
      client.destroy();
      assert.equal(await table.stop(), 0);
    });

    test("a network, from birth to death", async () => {
      const { Vpc } = await send(new ec2.CreateVpcCommand({ CidrBlock: "10.0.0.0/16", TagSpecifications: tagged("vpc", "js") }));
      await ec2.waitUntilVpcAvailable(soon(), { VpcIds: [Vpc.VpcId] });
      assert.deepEqual(Vpc.Tags, [{ Key: "Name", Value: "js" }]);
      const ids = [];
      for (let n = 0; n < 6; n++) {
        const { Subnet } = await send(new ec2.CreateSubnetCommand({ VpcId: Vpc.VpcId, CidrBlock: `10.0.${n}.0/24` }));
        ids.push(Subnet.SubnetId);
        assert.equal(Subnet.AvailableIpAddressCount, 251);
      }
      const pages = [];
      const of = { Filters: [{ Name: "vpc-id", Values: [Vpc.VpcId] }] };
      for await (const page of ec2.paginateDescribeSubnets({ client, pageSize: 5 }, of)) pages.push(page.Subnets.map((s) => s.SubnetId));
      assert.deepEqual(pages.map((p) => p.length), [5, 1]);
      assert.deepEqual(pages.flat().sort(), ids.sort());
      await refused(send(new ec2.DeleteVpcCommand({ VpcId: Vpc.VpcId })), "DependencyViolation", 400);
      for (const SubnetId of ids) await send(new ec2.DeleteSubnetCommand({ SubnetId }));
      await send(new ec2.DeleteVpcCommand({ VpcId: Vpc.VpcId }));
      await refused(send(new ec2.DescribeVpcsCommand({ VpcIds: [Vpc.VpcId] })), "InvalidVpcID.NotFound", 400);
    });

    test("instances run, stop, end", async () => {
      const name = fresh("i");
      const { Instances } = await send(new ec2.RunInstancesCommand({
        ImageId: image, InstanceType: "t3.micro", MinCount: 2, MaxCount: 2, TagSpecifications: tagged("instance", name),
      }));
      const InstanceIds = Instances.map((i) => i.InstanceId);
      await ec2.waitUntilInstanceRunning(soon(), { InstanceIds });
      await ec2.waitUntilInstanceStatusOk(soon(), { InstanceIds });
      const found = await send(new ec2.DescribeInstancesCommand({ Filters: [{ Name: "tag:Name", Values: [name] }] }));
      const shown = found.Reservations.flatMap((r) => r.Instances);
      assert.deepEqual(shown.map((i) => i.InstanceId).sort(), [...InstanceIds].sort());
      assert.ok(shown.every((i) => i.LaunchTime instanceof Date && i.Placement.AvailabilityZone.startsWith(REGION)));
      await send(new ec2.StopInstancesCommand({ InstanceIds: [InstanceIds[0]] }));
      await ec2.waitUntilInstanceStopped(soon(), { InstanceIds: [InstanceIds[0]] });
      await send(new ec2.TerminateInstancesCommand({ InstanceIds }));
      await ec2.waitUntilInstanceTerminated(soon(), { InstanceIds });
      await refused(send(new ec2.StartInstancesCommand({ InstanceIds })), "IncorrectInstanceState", 400);
    });

    test("a tag decides the very next call", async () => {
      const iam = new IAMClient(table.config());
      const UserName = fresh("user");
      await iam.send(new CreateUserCommand({ UserName }));
      const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
      const Condition = { StringEquals: { "ec2:ResourceTag/team": "blue" } };
      const Statement = [{ Effect: "Allow", Action: "ec2:DeleteVpc", Resource: "*", Condition }];
      const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
      await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "p", PolicyDocument }));
      const user = new ec2.EC2Client(table.config(AccessKey.AccessKeyId, AccessKey.SecretAccessKey));
      const { Vpc } = await send(new ec2.CreateVpcCommand({ CidrBlock: "10.1.0.0/16" }));
      const remove = () => user.send(new ec2.DeleteVpcCommand({ VpcId: Vpc.VpcId }));
      await refused(remove(), "UnauthorizedOperation", 403);
      const tag = (Value) => send(new ec2.CreateTagsCommand({ Resources: [Vpc.VpcId], Tags: [{ Key: "team", Value }] }));
      await tag("red");
      await refused(remove(), "UnauthorizedOperation", 403);
      await tag("blue");
      await remove();
      user.destroy();
      iam.destroy();
    });

    async function refused(promise, code, status) {
      await assert.rejects(promise, (e) => {
        assert.deepEqual([e.name, e.$metadata.httpStatusCode], [code, status], e.message);
        return true;
      });
    }
  });
}
