// A library that nobody here wrote, and the tests that its authors wrote: guregu/dynamo, an interface to DynamoDB.

package e2e

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	_ "github.com/guregu/dynamo/v2" // its tests are run
)

func TestGureguDynamoPassesItsOwnTests(t *testing.T) {
	s := start(t, false)
	command := exec.Command("go", "test", "-count=1", "-v", "github.com/guregu/dynamo/v2")
	command.Env = append(os.Environ(),
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "DYNAMO_TEST_REGION=us-east-1",
		"DYNAMO_TEST_ENDPOINT="+s.url, "DYNAMO_TEST_TABLE=Test-%", "DYNAMO_TEST_TABLE2=Test2-%")
	told, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, told)
	}
	passed := strings.Count(string(told), "--- PASS: ")
	skipped := strings.Count(string(told), "--- SKIP: ")
	if passed < 100 || skipped > 0 {
		t.Fatalf("%d passed, %d skipped\n%s", passed, skipped, told)
	}
}
