package hcloud

import (
	"context"
	"testing"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfgen"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"jitsi-hetzner/toolchain/providers/internal/npmsdk"
)

// provider is created once, because that takes almost a second.
var provider = Provider(context.Background(), []byte("{}"))

func TestTheSchemaEqualsThatOfTheSdkOnNpm(t *testing.T) {
	schema, err := tfgen.GenerateSchema(provider, npmsdk.Discard())
	if err != nil {
		t.Fatal(err)
	}
	sdk := npmsdk.Read(t, "hcloud", Version)
	for _, token := range []string{
		"hcloud:index/server:Server", "hcloud:index/network:Network",
		"hcloud:index/networkSubnet:NetworkSubnet", "hcloud:index/serverNetwork:ServerNetwork",
		"hcloud:index/firewall:Firewall", "hcloud:index/placementGroup:PlacementGroup",
		"hcloud:index/primaryIp:PrimaryIp", "hcloud:index/rdns:Rdns", "hcloud:index/sshKey:SshKey",
		"hcloud:index/zone:Zone", "hcloud:index/zoneRrset:ZoneRrset",
	} {
		if len(sdk.Resources[token].Inputs) == 0 {
			t.Errorf("the SDK has no %s; it was read wrongly", token)
		}
	}
	npmsdk.Expect(t, sdk, schema)
}

func TestANetworkOfAServerHasAliasIps(t *testing.T) {
	config := resource.NewPropertyMapFromMap(map[string]any{
		"networks": []any{
			map[string]any{"networkId": 1.0},
			map[string]any{"networkId": 2.0, "aliasIps": []any{"10.0.0.9"}},
		},
	})
	callback := provider.Resources["hcloud_server"].PreCheckCallback
	checked, err := callback(t.Context(), config, nil)
	if err != nil {
		t.Fatal(err)
	}
	networks := checked["networks"].ArrayValue()
	for i, want := range []int{0, 1} {
		alias := networks[i].ObjectValue()["aliasIps"]
		if !alias.IsArray() || len(alias.ArrayValue()) != want {
			t.Errorf("network %d has the alias addresses %v", i, alias)
		}
	}
}

func TestAnUnknownNetworkIsUnchanged(t *testing.T) {
	unknown := resource.PropertyMap{"networks": resource.MakeComputed(resource.NewProperty(""))}
	callback := provider.Resources["hcloud_server"].PreCheckCallback
	if checked, err := callback(t.Context(), unknown, nil); err != nil || !checked.DeepEquals(unknown) {
		t.Errorf("it became %v, %v", checked, err)
	}
}
