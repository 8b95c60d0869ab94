// Package random maps the Terraform provider "random" to the Pulumi package that @pulumi/random on
// npm is generated from.
package random

import (
	"context"
	"errors"

	pfbridge "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/terraform-providers/terraform-provider-random/shim"
)

// Version is that of @pulumi/random on npm.
const Version = "4.21.2"

// Provider describes the package. metadata is what the bridge wrote about it, "{}" at first.
func Provider(metadata []byte) tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:            pfbridge.ShimProvider(shim.NewProvider()),
		Name:         "random",
		Description:  "Random values, bridged from hashicorp/terraform-provider-random.",
		License:      "Apache-2.0",
		Version:      Version,
		MetadataInfo: tfbridge.NewProviderMetadata(metadata),
		Resources: map[string]*tfbridge.ResourceInfo{
			"random_bytes":  {ComputeID: bytesID},
			"random_string": {PreStateUpgradeHook: assumeStateVersion1},
		},
		EnableAccurateBridgePreview: true,
		EnableRawStateDelta:         true,
	}
	// random_password is random:index/randomPassword:RandomPassword, not .../password:Password.
	info.MustComputeTokens(tokens.SingleModule("random_", "index",
		func(module, name string) (string, error) {
			return tokens.MakeStandard("random")(module, "Random"+name)
		}))
	info.MustApplyAutoAliases()
	return info
}

// bytesID makes the id of random bytes, which have none in Terraform. Pulumi cannot keep an id
// secret: whoever needs the value itself to stay secret takes it from base64 or hex.
func bytesID(_ context.Context, state resource.PropertyMap) (resource.ID, error) {
	value := state["base64"]
	for value.IsSecret() {
		value = value.SecretValue().Element
	}
	if !value.IsString() {
		return "", errors.New("random bytes have no base64 in their state")
	}
	return resource.ID(value.StringValue()), nil
}

// assumeStateVersion1: some states of random strings lost their schema version
// (pulumi-random issue 258); the upgrades from version 1 on can be repeated without harm.
func assumeStateVersion1(
	args tfbridge.PreStateUpgradeHookArgs,
) (int64, resource.PropertyMap, error) {
	return max(args.PriorStateSchemaVersion, 1), args.PriorState, nil
}
