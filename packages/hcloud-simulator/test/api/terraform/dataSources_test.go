package terraform

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// only returns the single element of a data source's list.
func only(t *testing.T, state tftypes.Value, list string) map[string]tftypes.Value {
	t.Helper()
	elements := elementsOf(fieldsOf(state)[list])
	if len(elements) != 1 {
		t.Fatalf("%d %s", len(elements), list)
	}
	return fieldsOf(elements[0])
}

func TestDataSources(t *testing.T) {
	p := newProvider(t)
	labels := map[string]any{"of": "data"}
	made := map[string]*resource{
		"server": p.create(t, "hcloud_server", attributes{
			"name": "data", "server_type": "cx23", "image": "debian-12", "location": "fsn1", "labels": labels,
		}),
		"network":         p.create(t, "hcloud_network", attributes{"name": "data", "ip_range": "10.0.0.0/16", "labels": labels}),
		"firewall":        p.create(t, "hcloud_firewall", attributes{"name": "data", "labels": labels}),
		"placement_group": p.create(t, "hcloud_placement_group", attributes{"name": "data", "type": "spread", "labels": labels}),
		"ssh_key":         p.create(t, "hcloud_ssh_key", attributes{"name": "data", "public_key": publicKey, "labels": labels}),
		"primary_ip": p.create(t, "hcloud_primary_ip", attributes{
			"name": "data", "type": "ipv6", "location": "fsn1", "auto_delete": false, "labels": labels,
		}),
		"floating_ip": p.create(t, "hcloud_floating_ip", attributes{
			"name": "data", "type": "ipv4", "home_location": "fsn1", "labels": labels,
		}),
		"load_balancer": p.create(t, "hcloud_load_balancer", attributes{
			"name": "data", "load_balancer_type": "lb11", "location": "fsn1", "labels": labels,
		}),
		"zone": p.create(t, "hcloud_zone", attributes{"name": "data.test", "mode": "primary", "labels": labels}),
	}
	for kind, thing := range made {
		t.Run(kind, func(t *testing.T) {
			one, diagnostics := p.data(t, "hcloud_"+kind, attributes{"name": thing.text(t, "name")})
			check(t, nil, diagnostics)
			many, diagnostics := p.data(t, "hcloud_"+kind+"s", attributes{"with_selector": "of=data"})
			check(t, nil, diagnostics)
			id := only(t, many, kind+"s")["id"]
			if (&resource{state: one}).id() != thing.id() || !id.Equal(fieldsOf(one)["id"]) {
				t.Errorf("%s is %s, and in the list %s", thing.id(), one, id)
			}
		})
	}
	rrset, diagnostics := p.data(t, "hcloud_zone_rrset", attributes{"zone": "data.test", "name": "@", "type": "NS"})
	check(t, nil, diagnostics)
	if count := len(elementsOf(fieldsOf(rrset)["records"])); count != 3 {
		t.Errorf("%d name servers", count)
	}
}

func TestCatalogue(t *testing.T) {
	p := newProvider(t)
	for typeName, name := range map[string]string{
		"hcloud_server_type": "cx23", "hcloud_location": "fsn1", "hcloud_load_balancer_type": "lb11", "hcloud_image": "debian-12",
	} {
		one, diagnostics := p.data(t, typeName, attributes{"name": name})
		check(t, nil, diagnostics)
		if (&resource{state: one}).text(t, "name") != name {
			t.Errorf("%s is %s", typeName, one)
		}
	}
	for _, kind := range []string{"server_types", "load_balancer_types", "locations", "images"} {
		many, diagnostics := p.data(t, "hcloud_"+kind, attributes{})
		check(t, nil, diagnostics)
		if len(elementsOf(fieldsOf(many)[kind])) < 2 {
			t.Errorf("%s are %s", kind, many)
		}
	}
}

func TestRefusals(t *testing.T) {
	p := newProvider(t)
	for typeName, want := range map[string]string{
		"hcloud_datacenters":  "this endpoint was removed, use /locations",
		"hcloud_volumes":      "not simulated: volumes",
		"hcloud_certificates": "not simulated: certificates",
	} {
		_, diagnostics := p.data(t, typeName, attributes{})
		if !strings.Contains(messages(diagnostics), want) {
			t.Errorf("%s says %q", typeName, messages(diagnostics))
		}
	}
}

// notSimulated matches the names of resources that the simulator does not have.
var notSimulated = regexp.MustCompile("^hcloud_(volume|load_balancer_|storage_box|(uploaded_|managed_)?certificate)")

func TestNoResourceIsLeftOut(t *testing.T) {
	source, err := os.ReadFile("resources_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for name := range newProvider(t).schemas.ResourceSchemas {
		if !notSimulated.MatchString(name) && !strings.Contains(string(source), `, "`+name+`")`) {
			t.Errorf("no test covers the life cycle of %s", name)
		}
	}
}
