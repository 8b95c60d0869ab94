// Package hcloud maps the Terraform provider of Hetzner Cloud to the Pulumi package that
// @pulumi/hcloud on npm is generated from: same tokens, same property names, same state.
package hcloud

import (
	"context"

	"github.com/hetznercloud/terraform-provider-hcloud/hcloud"
	pfbridge "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Version is that of @pulumi/hcloud on npm.
const Version = "1.41.0"

// Provider describes the package. metadata is what the bridge wrote about it, "{}" at first.
func Provider(ctx context.Context, metadata []byte) tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		// Half of the provider is written with the plugin SDK v2, half with the plugin framework.
		P: pfbridge.MuxShimWithPF(ctx,
			shimv2.NewProvider(hcloud.Provider()), hcloud.NewPluginProvider()),
		Name:         "hcloud",
		Description:  "Hetzner Cloud, bridged from hetznercloud/terraform-provider-hcloud.",
		License:      "Apache-2.0",
		GitHubOrg:    "hetznercloud",
		Version:      Version,
		MetadataInfo: tfbridge.NewProviderMetadata(metadata),
		Resources: map[string]*tfbridge.ResourceInfo{
			"hcloud_server": {PreCheckCallback: withAliasIPs},
		},
	}
	stringIDs(&info)
	info.MustComputeTokens(tokens.SingleModule("hcloud_", "index", tokens.MakeStandard("hcloud")))
	info.MustApplyAutoAliases()
	info.SetAutonaming(255, "-")
	return info
}

// stringIDs types each numeric id as a string: a Pulumi id is nothing else.
func stringIDs(info *tfbridge.ProviderInfo) {
	info.P.ResourcesMap().Range(func(token string, resource shim.Resource) bool {
		id, ok := resource.Schema().GetOk("id")
		if !ok || id.Type() == shim.TypeString {
			return true
		}
		if info.Resources[token] == nil {
			info.Resources[token] = &tfbridge.ResourceInfo{}
		}
		info.Resources[token].Fields = map[string]*tfbridge.SchemaInfo{"id": {Type: "string"}}
		return true
	})
}

// withAliasIPs gives each network of a server an empty list of alias addresses where none is set.
// Without it every later plan shows a difference (terraform-provider-hcloud issue 650).
func withAliasIPs(
	_ context.Context, config, _ resource.PropertyMap,
) (resource.PropertyMap, error) {
	networks := config["networks"]
	if !networks.IsArray() {
		return config, nil
	}
	for _, network := range networks.ArrayValue() {
		if !network.IsObject() {
			continue
		}
		if _, set := network.ObjectValue()["aliasIps"]; !set {
			network.ObjectValue()["aliasIps"] = resource.NewProperty([]resource.PropertyValue{})
		}
	}
	return config, nil
}
