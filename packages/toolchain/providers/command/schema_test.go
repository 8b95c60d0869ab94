package command_test

import (
	"testing"

	p "github.com/pulumi/pulumi-go-provider"

	"jitsi-hetzner/toolchain/providers/command"
	"jitsi-hetzner/toolchain/providers/internal/npmsdk"
)

func TestTheSchemaEqualsThatOfTheSdkOnNpm(t *testing.T) {
	schema, err := p.GetSchema(t.Context(), "command", command.Version, command.Provider())
	if err != nil {
		t.Fatal(err)
	}
	npmsdk.Expect(t, npmsdk.Read(t, "command", command.Version), schema,
		"command:local:run", "command:remote:CopyFile") // not offered; see the package's comment
}
