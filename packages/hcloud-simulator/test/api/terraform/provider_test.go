// Package terraform drives Hetzner's Terraform provider over Terraform's plugin protocol, but in
// this process. The provider sends to the simulator the requests that `terraform apply` would
// cause.
package terraform

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hetznercloud/terraform-provider-hcloud/hcloud"
)

// provider is the configured provider with its schemas.
type provider struct {
	tfprotov6.ProviderServer
	schemas *tfprotov6.GetProviderSchemaResponse
}

// attributes are the attributes of a resource in a .tf file.
type attributes map[string]any

// resource is one resource in Terraform's state.
type resource struct {
	typeName string
	state    tftypes.Value
	private  []byte
	identity *tfprotov6.ResourceIdentityData
}

// newProvider starts the provider for the endpoint in HCLOUD_ENDPOINT.
func newProvider(t *testing.T) provider {
	t.Helper()
	if !strings.HasPrefix(os.Getenv("HCLOUD_ENDPOINT"), "http://127.0.0.1:") {
		t.Fatal("HCLOUD_ENDPOINT is not on loopback; this test creates and deletes servers")
	}
	factory, err := hcloud.GetMuxedProvider(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	server := factory()
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	check(t, err, schemas.Diagnostics)
	p := provider{server, schemas}
	config := configuration(schemas.Provider, attributes{
		"endpoint": os.Getenv("HCLOUD_ENDPOINT"), "token": os.Getenv("HCLOUD_TOKEN"),
		"poll_interval": "10ms", "poll_function": "constant",
	})
	response, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		TerraformVersion: "1.14.0", Config: wire(t, config),
	})
	check(t, err, response.Diagnostics)
	return p
}

// create creates a resource and deletes it when the test ends, unless the test has deleted it.
func (p provider) create(t *testing.T, typeName string, config attributes) *resource {
	t.Helper()
	none := tftypes.NewValue(p.schemas.ResourceSchemas[typeName].ValueType(), nil)
	made := &resource{typeName: typeName, state: none}
	p.change(t, made, config)
	t.Cleanup(func() { p.delete(t, made) })
	return made
}

// change plans and applies a configuration. It fails the test if the plan replaces the resource.
func (p provider) change(t *testing.T, r *resource, config attributes) {
	t.Helper()
	plan := p.plan(t, r, config)
	planned := fieldsOf(p.value(t, r.typeName, plan.PlannedState))
	for _, path := range plan.RequiresReplace {
		// Like Terraform: an unchanged field does not cause a replacement.
		name := string(path.Steps()[0].(tftypes.AttributeName))
		if before, exists := fieldsOf(r.state)[name]; exists && !before.Equal(planned[name]) {
			t.Fatalf("%s: replaced because of %s", r.typeName, name)
		}
	}
	p.apply(t, r, &tfprotov6.ApplyResourceChangeRequest{
		PlannedState: plan.PlannedState, PlannedPrivate: plan.PlannedPrivate, PlannedIdentity: plan.PlannedIdentity,
		Config: wire(t, configuration(p.schemas.ResourceSchemas[r.typeName], config)),
	})
}

func (p provider) plan(t *testing.T, r *resource, config attributes) *tfprotov6.PlanResourceChangeResponse {
	t.Helper()
	schema := p.schemas.ResourceSchemas[r.typeName]
	given := configuration(schema, config)
	valid, err := p.ValidateResourceConfig(context.Background(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: r.typeName, Config: wire(t, given),
	})
	check(t, err, valid.Diagnostics)
	plan, err := p.PlanResourceChange(context.Background(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: r.typeName, Config: wire(t, given), PriorState: wire(t, r.state), PriorPrivate: r.private,
		ProposedNewState: wire(t, proposal(schema, r.state, given)), PriorIdentity: r.identity,
	})
	check(t, err, plan.Diagnostics)
	return plan
}

func (p provider) apply(t *testing.T, r *resource, request *tfprotov6.ApplyResourceChangeRequest) {
	t.Helper()
	request.TypeName, request.PriorState = r.typeName, wire(t, r.state)
	applied, err := p.ApplyResourceChange(context.Background(), request)
	check(t, err, applied.Diagnostics)
	r.state, r.private, r.identity = p.value(t, r.typeName, applied.NewState), applied.Private, applied.NewIdentity
}

// refresh reads the resource again.
func (p provider) refresh(t *testing.T, r *resource) {
	t.Helper()
	read, err := p.ReadResource(context.Background(), &tfprotov6.ReadResourceRequest{
		TypeName: r.typeName, CurrentState: wire(t, r.state), Private: r.private, CurrentIdentity: r.identity,
	})
	check(t, err, read.Diagnostics)
	r.state, r.private, r.identity = p.value(t, r.typeName, read.NewState), read.Private, read.NewIdentity
}

// imported returns the result of `terraform import` with this id, or with the identity of `like`
// when the id is empty.
func (p provider) imported(t *testing.T, like *resource, id string) *resource {
	t.Helper()
	request := &tfprotov6.ImportResourceStateRequest{TypeName: like.typeName, ID: id}
	if id == "" {
		request.Identity = like.identity
	}
	found, err := p.ImportResourceState(context.Background(), request)
	check(t, err, found.Diagnostics)
	one := found.ImportedResources[0]
	r := &resource{like.typeName, p.value(t, like.typeName, one.State), one.Private, one.Identity}
	p.refresh(t, r)
	return r
}

// delete does nothing when the resource was already deleted.
func (p provider) delete(t *testing.T, r *resource) {
	t.Helper()
	if r.state.IsNull() {
		return
	}
	none := wire(t, tftypes.NewValue(r.state.Type(), nil))
	plan, err := p.PlanResourceChange(context.Background(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: r.typeName, Config: none, ProposedNewState: none,
		PriorState: wire(t, r.state), PriorPrivate: r.private, PriorIdentity: r.identity,
	})
	check(t, err, plan.Diagnostics)
	p.apply(t, r, &tfprotov6.ApplyResourceChangeRequest{
		Config: none, PlannedState: none, PlannedPrivate: plan.PlannedPrivate, PlannedIdentity: plan.PlannedIdentity,
	})
}

// data reads a data source and returns its diagnostics too.
func (p provider) data(t *testing.T, typeName string, config attributes) (tftypes.Value, []*tfprotov6.Diagnostic) {
	t.Helper()
	schema := p.schemas.DataSourceSchemas[typeName]
	read, err := p.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{
		TypeName: typeName, Config: wire(t, configuration(schema, config)),
	})
	if err != nil {
		t.Fatal(err)
	}
	if read.State == nil {
		return tftypes.Value{}, read.Diagnostics
	}
	state, err := read.State.Unmarshal(schema.ValueType())
	if err != nil {
		t.Fatal(err)
	}
	return state, read.Diagnostics
}

func (p provider) value(t *testing.T, typeName string, dynamic *tfprotov6.DynamicValue) tftypes.Value {
	t.Helper()
	value, err := dynamic.Unmarshal(p.schemas.ResourceSchemas[typeName].ValueType())
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// wire converts a value to the form of the protocol.
func wire(t *testing.T, value tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	dynamic, err := tfprotov6.NewDynamicValue(value.Type(), value)
	if err != nil {
		t.Fatal(err)
	}
	return &dynamic
}

func check(t *testing.T, err error, diagnostics []*tfprotov6.Diagnostic) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			t.Fatal(messages(diagnostics))
		}
	}
}

func messages(diagnostics []*tfprotov6.Diagnostic) string {
	var lines []string
	for _, d := range diagnostics {
		lines = append(lines, fmt.Sprintf("%s: %s", d.Summary, d.Detail))
	}
	return strings.Join(lines, "\n")
}
