// The suites themselves: what people do with the three services, one test per habit. The server and its helpers are in table_test.go.

package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func document(statement map[string]any) *string {
	text, _ := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{statement}})
	return aws.String(string(text))
}

func user(t *testing.T, s *table, client *iam.Client) (string, string, aws.Config) {
	t.Helper()
	name := fresh("user")
	made, err := client.CreateUser(ctx, &iam.CreateUserInput{UserName: &name})
	must(t, err)
	key, err := client.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &name})
	must(t, err)
	return name, *made.User.Arn, s.config(*key.AccessKey.AccessKeyId, *key.AccessKey.SecretAccessKey, "")
}

func queue(t *testing.T, client *sqs.Client, name string, attributes map[string]string) *string {
	t.Helper()
	made, err := client.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: &name, Attributes: attributes})
	must(t, err)
	return made.QueueUrl
}

func receive(t *testing.T, client *sqs.Client, url *string) []sqstypes.Message {
	t.Helper()
	got, err := client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: url, MaxNumberOfMessages: 10})
	must(t, err)
	return got.Messages
}

func TestCallersAndWrongSignatures(t *testing.T) {
	overBoth(t, func(t *testing.T, s *table) {
		client, _, _ := s.clients()
		who, err := client.GetCallerIdentity(ctx, nil)
		must(t, err)
		if *who.Arn != "arn:aws:iam::"+account+":root" {
			t.Fatal(*who.Arn)
		}
		_, err = sts.NewFromConfig(s.config("test", "wrong", "")).GetCallerIdentity(ctx, nil)
		refused(t, err, "SignatureDoesNotMatch", 403, "does not match the signature you provided")
		_, err = sts.NewFromConfig(s.config("AKIAQQQQQQQQQQQQQQQQ", "x", "")).GetCallerIdentity(ctx, nil)
		refused(t, err, "InvalidClientTokenId", 403, "The security token included in the request is invalid.")
		presigned, err := sts.NewPresignClient(client).PresignGetCallerIdentity(ctx, nil)
		must(t, err)
		answer, err := s.client.Get(presigned.URL)
		must(t, err)
		answer.Body.Close()
		if answer.StatusCode != 200 {
			t.Fatal("a presigned request is let in", answer.StatusCode)
		}
	})
}

func TestAPolicyCountsOnTheVeryNextCall(t *testing.T) {
	overBoth(t, func(t *testing.T, s *table) {
		_, admin, root := s.clients()
		name, _, config := user(t, s, admin)
		client, url := sqs.NewFromConfig(config), queue(t, root, fresh("q"), nil)
		ask := &sqs.SendMessageInput{QueueUrl: url, MessageBody: aws.String("x")}
		for range 5 {
			_, err := client.SendMessage(ctx, ask)
			refused(t, err, "AccessDenied", 403, "because no identity-based policy allows the sqs:sendmessage action")
			_, err = admin.PutUserPolicy(ctx, &iam.PutUserPolicyInput{
				UserName: &name, PolicyName: aws.String("p"),
				PolicyDocument: document(map[string]any{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}),
			})
			must(t, err)
			_, err = client.SendMessage(ctx, ask)
			must(t, err)
			_, err = admin.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: &name, PolicyName: aws.String("p")})
			must(t, err)
		}
	})
}

func TestASessionEndsByTheClock(t *testing.T) {
	overBoth(t, func(t *testing.T, s *table) {
		_, admin, _ := s.clients()
		_, arn, config := user(t, s, admin)
		name := fresh("role")
		made, err := admin.CreateRole(ctx, &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: document(
			map[string]any{"Effect": "Allow", "Principal": map[string]string{"AWS": arn}, "Action": "sts:AssumeRole"})})
		must(t, err)
		got, err := sts.NewFromConfig(config).AssumeRole(ctx, &sts.AssumeRoleInput{
			RoleArn: made.Role.Arn, RoleSessionName: aws.String("go"), DurationSeconds: aws.Int32(900)})
		must(t, err)
		c := got.Credentials
		session := sts.NewFromConfig(s.config(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken))
		who, err := session.GetCallerIdentity(ctx, nil)
		must(t, err)
		if *who.Arn != fmt.Sprintf("arn:aws:sts::%s:assumed-role/%s/go", account, name) {
			t.Fatal(*who.Arn)
		}
		s.advance(t, "901s")
		_, err = session.GetCallerIdentity(ctx, nil)
		refused(t, err, "ExpiredToken", 403, "The security token included in the request is expired")
	})
}

func TestPaginatorsWaitersAndModelledErrors(t *testing.T) {
	overBoth(t, func(t *testing.T, s *table) {
		_, admin, root := s.clients()
		path := "/" + fresh("walk") + "/"
		for range 3 {
			_, err := admin.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String(fresh("u")), Path: &path})
			must(t, err)
		}
		pages := iam.NewListUsersPaginator(admin, &iam.ListUsersInput{PathPrefix: &path, MaxItems: aws.Int32(1)})
		seen := map[string]bool{}
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			must(t, err)
			for _, u := range page.Users {
				seen[*u.UserName] = true
			}
		}
		if len(seen) != 3 {
			t.Fatal(seen)
		}
		for name := range seen {
			must(t, iam.NewUserExistsWaiter(admin).Wait(ctx, &iam.GetUserInput{UserName: &name}, 10*time.Second))
		}
		_, err := admin.GetUser(ctx, &iam.GetUserInput{UserName: aws.String(fresh("none"))})
		var none *iamtypes.NoSuchEntityException
		if !errors.As(err, &none) {
			t.Fatal(err)
		}
		_, err = root.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String(fresh("none"))})
		var missing *sqstypes.QueueDoesNotExist
		if !errors.As(err, &missing) {
			t.Fatal(err)
		}
	})
}

func TestMessagesWithAttributesHideReturnAndGo(t *testing.T) {
	overBoth(t, func(t *testing.T, s *table) {
		_, _, client := s.clients()
		url := queue(t, client, fresh("q"), nil)
		// The SDK compares the MD5s that it gets with its own and fails where they differ.
		_, err := client.SendMessage(ctx, &sqs.SendMessageInput{
			QueueUrl: url, MessageBody: aws.String("h\u00e9 <&>"),
			MessageAttributes: map[string]sqstypes.MessageAttributeValue{
				"n": {DataType: aws.String("Number"), StringValue: aws.String("1")},
				"b": {DataType: aws.String("Binary"), BinaryValue: []byte{0, 255}},
			}})
		must(t, err)
		got, err := client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: url, MessageAttributeNames: []string{"All"}})
		must(t, err)
		if len(got.Messages) != 1 || *got.Messages[0].Body != "h\u00e9 <&>" || got.Messages[0].MessageAttributes["b"].BinaryValue[1] != 255 {
			t.Fatal(got.Messages)
		}
		if hidden := receive(t, client, url); len(hidden) != 0 {
			t.Fatal(hidden)
		}
		s.advance(t, "31s")
		again := receive(t, client, url)
		if len(again) != 1 {
			t.Fatal(again)
		}
		_, err = client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: url, ReceiptHandle: again[0].ReceiptHandle})
		must(t, err)
		s.advance(t, "31s")
		if gone := receive(t, client, url); len(gone) != 0 {
			t.Fatal(gone)
		}
	})
}

func TestConsumersShareAQueue(t *testing.T) {
	overBoth(t, func(t *testing.T, s *table) {
		const total = 100
		_, _, client := s.clients()
		url := queue(t, client, fresh("q"), nil)
		var all sync.WaitGroup
		var lock sync.Mutex
		seen := map[string]int{}
		count := func() int {
			lock.Lock()
			defer lock.Unlock()
			return len(seen)
		}
		for range 4 {
			all.Add(1)
			go func() {
				defer all.Done()
				for tries := 0; tries < 500 && count() < total; tries++ {
					ask := &sqs.ReceiveMessageInput{QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 1}
					got, err := client.ReceiveMessage(ctx, ask)
					if err != nil {
						t.Error(err)
						return
					}
					for _, m := range got.Messages {
						lock.Lock()
						seen[*m.Body]++
						lock.Unlock()
						gone := &sqs.DeleteMessageInput{QueueUrl: url, ReceiptHandle: m.ReceiptHandle}
						if _, err := client.DeleteMessage(ctx, gone); err != nil {
							t.Error(err)
						}
					}
				}
			}()
		}
		for n := range total {
			_, err := client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: url, MessageBody: aws.String(fmt.Sprint(n))})
			must(t, err)
		}
		all.Wait()
		for body, times := range seen {
			if times != 1 {
				t.Errorf("%s came %d times", body, times)
			}
		}
		if len(seen) != total {
			t.Errorf("%d of %d came", len(seen), total)
		}
	})
}

func TestFifoAndDeadLetters(t *testing.T) {
	overBoth(t, func(t *testing.T, s *table) {
		_, _, client := s.clients()
		fifo := map[string]string{"FifoQueue": "true", "ContentBasedDeduplication": "true"}
		dead := queue(t, client, fresh("dead")+".fifo", fifo)
		told, err := client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
			QueueUrl: dead, AttributeNames: []sqstypes.QueueAttributeName{"QueueArn"}})
		must(t, err)
		redrive, _ := json.Marshal(map[string]any{"deadLetterTargetArn": told.Attributes["QueueArn"], "maxReceiveCount": 1})
		fifo["RedrivePolicy"] = string(redrive)
		url := queue(t, client, fresh("q")+".fifo", fifo)
		for _, body := range []string{"1", "2", "3"} {
			_, err := client.SendMessage(ctx, &sqs.SendMessageInput{
				QueueUrl: url, MessageBody: aws.String(body), MessageGroupId: aws.String("g")})
			must(t, err)
		}
		inOrder := func(messages []sqstypes.Message) {
			t.Helper()
			text := ""
			for _, m := range messages {
				text += *m.Body
			}
			if text != "123" {
				t.Fatalf("%q", text)
			}
		}
		inOrder(receive(t, client, url))
		s.advance(t, "31s")
		if left := receive(t, client, url); len(left) != 0 {
			t.Fatal(left)
		}
		inOrder(receive(t, client, dead))
	})
}
