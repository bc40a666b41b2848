// Package e2e drives Tabletop with AWS's SDK for Go, version 2: STS, IAM and SQS, over HTTP and TLS.
package e2e

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

const account = "000000000000"

var ctx = context.Background()

// table is a running server in memory, on a free port.
type table struct {
	url    string
	client *http.Client
}

func binary() string {
	if path := os.Getenv("TABLETOP_BIN"); path != "" {
		return path
	}
	target := os.Getenv("CARGO_TARGET_DIR")
	if target == "" {
		target = filepath.Join("..", "..", "target")
	}
	return filepath.Join(target, "debug", "tabletop")
}

// start runs the server until the test ends, and reads the exports that it prints.
func start(t *testing.T, secure bool) *table {
	t.Helper()
	path, err := filepath.Abs(binary())
	must(t, err)
	words := []string{"--port", "0", "--ephemeral"}
	last := "AWS_DEFAULT_REGION"
	if secure {
		words, last = append(words, "--tls"), "AWS_CA_BUNDLE"
	}
	command := exec.Command(path, words...)
	command.Dir = t.TempDir()
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, "TABLETOP_") && !strings.HasPrefix(pair, "AWS_") {
			command.Env = append(command.Env, pair)
		}
	}
	command.Stderr = os.Stderr
	stdout, err := command.StdoutPipe()
	must(t, err)
	must(t, command.Start())
	t.Cleanup(func() {
		must(t, command.Process.Signal(syscall.SIGTERM))
		must(t, command.Wait())
	})
	exports := map[string]string{}
	for lines := bufio.NewScanner(stdout); exports[last] == ""; {
		if !lines.Scan() {
			t.Fatal("the server did not start")
		}
		words, found := strings.CutPrefix(lines.Text(), "export ")
		if !found {
			continue
		}
		for _, pair := range strings.Fields(words) {
			name, value, _ := strings.Cut(pair, "=")
			exports[name] = strings.Trim(value, "'")
		}
	}
	made := &table{url: exports["AWS_ENDPOINT_URL"], client: &http.Client{}}
	if secure {
		pem, err := os.ReadFile(exports["AWS_CA_BUNDLE"])
		must(t, err)
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(pem) {
			t.Fatal("the authority is no certificate")
		}
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}
		made.client = &http.Client{Transport: transport}
	}
	return made
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func fresh(prefix string) string {
	var random [6]byte
	_, _ = rand.Read(random[:])
	return prefix + "-" + hex.EncodeToString(random[:])
}

// config signs with a key, never retries, and asks the server alone.
func (s *table) config(key, secret, token string) aws.Config {
	return aws.Config{
		Region:       "us-east-1",
		BaseEndpoint: aws.String(s.url),
		HTTPClient:   s.client,
		Credentials:  credentials.NewStaticCredentialsProvider(key, secret, token),
		Retryer:      func() aws.Retryer { return aws.NopRetryer{} },
	}
}

func (s *table) root() aws.Config { return s.config("test", "test", "") }

// admin makes a call of the admin API that must succeed.
func (s *table) admin(t *testing.T, method, path string, body any) map[string]any {
	t.Helper()
	sent, err := json.Marshal(body)
	must(t, err)
	request, err := http.NewRequest(method, s.url+"/_tabletop/"+path, bytes.NewReader(sent))
	must(t, err)
	answer, err := s.client.Do(request)
	must(t, err)
	defer answer.Body.Close()
	var told map[string]any
	must(t, json.NewDecoder(answer.Body).Decode(&told))
	if answer.StatusCode != 200 {
		t.Fatal(path, told)
	}
	return told
}

// advance moves the virtual clock, and returns when all that fell due has happened.
func (s *table) advance(t *testing.T, by string) {
	t.Helper()
	s.admin(t, "POST", "clock/advance", map[string]string{"by": by})
}

// refused asserts an error's code, status and a part of its text.
func refused(t *testing.T, err error, code string, status int, text string) {
	t.Helper()
	var fault smithy.APIError
	if !errors.As(err, &fault) {
		t.Fatalf("want %s, got %v", code, err)
	}
	var answer interface{ HTTPStatusCode() int }
	if !errors.As(err, &answer) {
		t.Fatalf("no status in %v", err)
	}
	if fault.ErrorCode() != code || answer.HTTPStatusCode() != status || !strings.Contains(fault.ErrorMessage(), text) {
		t.Fatalf("want %s %d %q, got %d %v", code, status, text, answer.HTTPStatusCode(), err)
	}
}

// overBoth runs a test over HTTP and over TLS (with HTTP/2).
func overBoth(t *testing.T, test func(t *testing.T, s *table)) {
	for _, secure := range []bool{false, true} {
		t.Run(fmt.Sprintf("tls=%v", secure), func(t *testing.T) { test(t, start(t, secure)) })
	}
}

func (s *table) clients() (*sts.Client, *iam.Client, *sqs.Client) {
	root := s.root()
	return sts.NewFromConfig(root), iam.NewFromConfig(root), sqs.NewFromConfig(root)
}
