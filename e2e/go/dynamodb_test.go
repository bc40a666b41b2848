// DynamoDB as Go programs use it: items, conditions, pages, transactions, over HTTP and TLS. The SDK checks every answer's CRC-32.

package e2e

import (
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
func number(n int) types.AttributeValue  { return &types.AttributeValueMemberN{Value: fmt.Sprint(n)} }
func key(id string, sk int) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"id": text(id), "sk": number(sk)}
}

func newTable(t *testing.T, db *dynamodb.Client) *string {
	t.Helper()
	name := fresh("t")
	_, err := db.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: &name,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("id"), AttributeType: "S"}, {AttributeName: aws.String("sk"), AttributeType: "N"},
		},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("id"), KeyType: "HASH"}, {AttributeName: aws.String("sk"), KeyType: "RANGE"},
		},
		BillingMode: types.BillingModePayPerRequest,
	})
	must(t, err)
	return &name
}

func TestItemsAndPages(t *testing.T) {
	overBoth(t, func(t *testing.T, s *table) {
		db := dynamodb.NewFromConfig(s.root())
		name := newTable(t, db)
		for i := 0; i < 30; i++ {
			item := key("a", i)
			item["even"] = &types.AttributeValueMemberBOOL{Value: i%2 == 0}
			_, err := db.PutItem(ctx, &dynamodb.PutItemInput{TableName: name, Item: item})
			must(t, err)
		}
		pages := dynamodb.NewQueryPaginator(db, &dynamodb.QueryInput{
			TableName: name, Limit: aws.Int32(7), KeyConditionExpression: aws.String("id = :a AND sk < :n"),
			FilterExpression: aws.String("even = :t"),
			ExpressionAttributeValues: map[string]types.AttributeValue{
				":a": text("a"), ":n": number(20), ":t": &types.AttributeValueMemberBOOL{Value: true},
			},
		})
		found := 0
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			must(t, err)
			found += int(page.Count)
		}
		if found != 10 {
			t.Fatal("ten of them are even and below twenty", found)
		}
	})
}

func TestConditionsAndTransactions(t *testing.T) {
	overBoth(t, func(t *testing.T, s *table) {
		db := dynamodb.NewFromConfig(s.root())
		name := newTable(t, db)
		put := &dynamodb.PutItemInput{
			TableName: name, Item: key("a", 1), ConditionExpression: aws.String("attribute_not_exists(id)"),
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		}
		_, err := db.PutItem(ctx, put)
		must(t, err)
		_, err = db.PutItem(ctx, put)
		var failed *types.ConditionalCheckFailedException
		if !errors.As(err, &failed) || len(failed.Item) != 2 {
			t.Fatal("the condition fails, and the item is shown", err)
		}
		_, err = db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
			{Put: &types.Put{TableName: name, Item: key("b", 1)}},
			{Delete: &types.Delete{TableName: name, Key: key("a", 1), ConditionExpression: aws.String("attribute_exists(nothing)")}},
		}})
		var cancelled *types.TransactionCanceledException
		if !errors.As(err, &cancelled) || *cancelled.CancellationReasons[1].Code != "ConditionalCheckFailed" {
			t.Fatal("one condition fails, and so does all", err)
		}
		got, err := db.GetItem(ctx, &dynamodb.GetItemInput{TableName: name, Key: key("b", 1)})
		must(t, err)
		if got.Item != nil {
			t.Fatal("nothing was put", got.Item)
		}
		_, err = db.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("nothing"), Key: key("b", 1)})
		refused(t, err, "ResourceNotFoundException", 400, "Requested resource not found")
	})
}
