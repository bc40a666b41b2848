// S3 as Go programs use it: the upload and download managers, pages, conditions, presigned requests, over HTTP and TLS, as a user
// whom IAM lets use one bucket. The SDK sends and checks checksums by itself.

package e2e

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/s3/manager"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func pathStyle(o *s3.Options) { o.UsePathStyle = true }

// bucketOf makes a bucket and a user who may do everything with it, and nothing else.
func bucketOf(t *testing.T, s *table) (*s3.Client, *string) {
	t.Helper()
	_, admin, _ := s.clients()
	name, _, config := user(t, s, admin)
	bucket := fresh("bucket")
	arn := "arn:aws:s3:::" + bucket
	_, err := admin.PutUserPolicy(ctx, &iam.PutUserPolicyInput{
		UserName: &name, PolicyName: aws.String("p"),
		PolicyDocument: document(map[string]any{"Effect": "Allow", "Action": "s3:*", "Resource": []string{arn, arn + "/*"}}),
	})
	must(t, err)
	client := s3.NewFromConfig(config, pathStyle)
	_, err = client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &bucket})
	must(t, err)
	return client, &bucket
}

func random(t *testing.T, length int) []byte {
	t.Helper()
	data := make([]byte, length)
	_, err := rand.Read(data)
	must(t, err)
	return data
}

func TestObjectsGoUpAndDownInParts(t *testing.T) {
	overBoth(t, func(t *testing.T, s *table) {
		client, bucket := bucketOf(t, s)
		data := random(t, 12<<20+5)
		up := manager.NewUploader(client, func(u *manager.Uploader) { u.PartSize = 5 << 20 })
		// A reader that can't be sought: signed and checked in trailers over TLS.
		_, err := up.Upload(ctx, &s3.PutObjectInput{Bucket: bucket, Key: aws.String("big"), Body: io.MultiReader(bytes.NewReader(data))})
		must(t, err)
		head, err := client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: aws.String("big"), PartNumber: aws.Int32(1)})
		must(t, err)
		if *head.PartsCount != 3 || *head.ContentLength != 5<<20 {
			t.Fatal(*head.PartsCount, *head.ContentLength)
		}
		got := manager.NewWriteAtBuffer(nil)
		down := manager.NewDownloader(client, func(d *manager.Downloader) { d.PartSize = 3 << 20 })
		_, err = down.Download(ctx, got, &s3.GetObjectInput{Bucket: bucket, Key: aws.String("big")})
		must(t, err)
		if !bytes.Equal(got.Bytes(), data) {
			t.Fatal("other bytes came down than went up")
		}
	})
}

func TestKeysPagesAndBatchDeletes(t *testing.T) {
	overBoth(t, func(t *testing.T, s *table) {
		client, bucket := bucketOf(t, s)
		keys := []string{"a b/ü+%", "日本語", "a//b", "../up", "x=1&y", strings.Repeat("x", 1024)}
		for _, key := range keys {
			_, err := client.PutObject(ctx, &s3.PutObjectInput{
				Bucket: bucket, Key: &key, Body: strings.NewReader(key), Metadata: map[string]string{"a": "b"}})
			must(t, err)
			got, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: &key})
			must(t, err)
			body, err := io.ReadAll(got.Body)
			must(t, err)
			if string(body) != key || got.Metadata["a"] != "b" {
				t.Fatal(key, string(body), got.Metadata)
			}
		}
		var found []types.ObjectIdentifier
		pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{Bucket: bucket, MaxKeys: aws.Int32(2)})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			must(t, err)
			for _, o := range page.Contents {
				found = append(found, types.ObjectIdentifier{Key: o.Key})
			}
		}
		if len(found) != len(keys) {
			t.Fatal(len(found))
		}
		gone, err := client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: bucket, Delete: &types.Delete{Objects: found}})
		must(t, err)
		if len(gone.Deleted) != len(keys) || len(gone.Errors) != 0 {
			t.Fatal(gone.Deleted, gone.Errors)
		}
		_, err = client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: bucket})
		must(t, err)
	})
}

func TestConditionsAndModelledErrors(t *testing.T) {
	overBoth(t, func(t *testing.T, s *table) {
		client, bucket := bucketOf(t, s)
		put := &s3.PutObjectInput{Bucket: bucket, Key: aws.String("k"), Body: strings.NewReader("1"), IfNoneMatch: aws.String("*")}
		first, err := client.PutObject(ctx, put)
		must(t, err)
		put.Body = strings.NewReader("2")
		_, err = client.PutObject(ctx, put)
		refused(t, err, "PreconditionFailed", 412, "At least one of the pre-conditions you specified did not hold")
		_, err = client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: aws.String("k"), IfNoneMatch: first.ETag})
		var answer interface{ HTTPStatusCode() int }
		if !errors.As(err, &answer) || answer.HTTPStatusCode() != 304 {
			t.Fatal(err)
		}
		_, err = client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: aws.String("none")})
		var none *types.NoSuchKey
		if !errors.As(err, &none) {
			t.Fatal(err)
		}
		root := s3.NewFromConfig(s.root(), pathStyle)
		_, err = root.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: aws.String(fresh("none"))})
		var missing *types.NotFound
		if !errors.As(err, &missing) {
			t.Fatal(err)
		}
		other := fresh("other")
		_, err = root.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &other})
		must(t, err)
		_, err = client.PutObject(ctx, &s3.PutObjectInput{Bucket: &other, Key: aws.String("k"), Body: strings.NewReader("x")})
		refused(t, err, "AccessDenied", 403, "is not authorized to perform: s3:PutObject")
	})
}

func TestPresignedRequests(t *testing.T) {
	overBoth(t, func(t *testing.T, s *table) {
		client, bucket := bucketOf(t, s)
		signer := s3.NewPresignClient(client, s3.WithPresignExpires(time.Minute))
		put, err := signer.PresignPutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: aws.String("pre signed"), ContentType: aws.String("text/x")})
		must(t, err)
		send := func(method, url string, body string, headers http.Header) (int, string) {
			request, err := http.NewRequest(method, url, strings.NewReader(body))
			must(t, err)
			for name, values := range headers {
				if name != "Host" && name != "Content-Length" {
					request.Header[name] = values
				}
			}
			answer, err := s.client.Do(request)
			must(t, err)
			defer answer.Body.Close()
			told, err := io.ReadAll(answer.Body)
			must(t, err)
			return answer.StatusCode, string(told)
		}
		if status, told := send(put.Method, put.URL, "hello", put.SignedHeader); status != 200 {
			t.Fatal(status, told)
		}
		get, err := signer.PresignGetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: aws.String("pre signed")})
		must(t, err)
		if status, told := send("GET", get.URL, "", get.SignedHeader); status != 200 || told != "hello" {
			t.Fatal(status, told)
		}
		if status, told := send("DELETE", get.URL, "", nil); status != 403 || !strings.Contains(told, "SignatureDoesNotMatch") {
			t.Fatal(status, told)
		}
		s.advance(t, "61s")
		if status, _ := send("GET", get.URL, "", get.SignedHeader); status != 200 {
			t.Fatal("a signature is in time if either clock says so", status)
		}
	})
}

func TestVersionsComeAndGo(t *testing.T) {
	overBoth(t, func(t *testing.T, s *table) {
		client, bucket := bucketOf(t, s)
		_, err := client.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{Bucket: bucket,
			VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled}})
		must(t, err)
		var ids []*string
		for n := range 5 {
			put, err := client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: aws.String("k"), Body: strings.NewReader(fmt.Sprint(n))})
			must(t, err)
			ids = append(ids, put.VersionId)
		}
		marker, err := client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: aws.String("k")})
		must(t, err)
		listed, markers := 0, 0
		pages := s3.NewListObjectVersionsPaginator(client, &s3.ListObjectVersionsInput{Bucket: bucket, MaxKeys: aws.Int32(1)})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			must(t, err)
			listed, markers = listed+len(page.Versions), markers+len(page.DeleteMarkers)
		}
		if listed != 5 || markers != 1 || !*marker.DeleteMarker {
			t.Fatal(listed, markers)
		}
		for n, id := range ids {
			got, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: aws.String("k"), VersionId: id})
			must(t, err)
			if body, _ := io.ReadAll(got.Body); string(body) != fmt.Sprint(n) {
				t.Fatal(n, string(body))
			}
		}
	})
}
