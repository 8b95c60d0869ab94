package random

import (
	"testing"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfgen"

	"jitsi-hetzner/toolchain/providers/internal/npmsdk"
)

func TestTheSchemaEqualsThatOfTheSdkOnNpm(t *testing.T) {
	schema, err := tfgen.GenerateSchema(Provider([]byte("{}")), npmsdk.Discard())
	if err != nil {
		t.Fatal(err)
	}
	npmsdk.Expect(t, npmsdk.Read(t, "random", Version), schema)
}
