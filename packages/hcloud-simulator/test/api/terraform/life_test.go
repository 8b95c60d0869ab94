package terraform

import (
	"maps"
	"math/big"
	"slices"
	"strconv"
	"testing"
)

// life describes the life cycle of a resource: created, changed in place, imported, deleted. After
// each step a refresh must find what the state says, and a plan must find nothing to do.
type life struct {
	create attributes
	// The attributes to change; nil for a resource that cannot be changed in place.
	update attributes
	// Prefix of the id for `terraform import`.
	importPrefix string
	// Set when the resource is imported by identity, because the provider accepts no id.
	byIdentity bool
	// Attributes that an import cannot read.
	notImported []string
}

func (l life) run(t *testing.T, p provider, typeName string) {
	made := p.create(t, typeName, l.create)
	p.expectSettled(t, made, l.create)
	config := maps.Clone(l.create)
	if l.update != nil {
		maps.Copy(config, l.update)
		p.change(t, made, config)
		p.expectSettled(t, made, config)
	}
	id := l.importPrefix + made.id()
	if l.byIdentity {
		id = ""
	}
	found := fieldsOf(p.imported(t, made, id).state)
	for name, value := range fieldsOf(made.state) {
		if !slices.Contains(l.notImported, name) && !same(value, found[name]) {
			t.Errorf("%s: imported %s, not %s", name, found[name], value)
		}
	}
	p.delete(t, made)
}

// expectSettled fails when the API's answers differ from the state, or the state from the
// configuration.
func (p provider) expectSettled(t *testing.T, r *resource, config attributes) {
	t.Helper()
	before := r.state
	p.refresh(t, r)
	if !same(before, r.state) {
		t.Fatalf("%s: a refresh finds\n%s, not\n%s", r.typeName, r.state, before)
	}
	planned := p.value(t, r.typeName, p.plan(t, r, config).PlannedState)
	if !planned.Equal(r.state) {
		t.Fatalf("%s: the plan is\n%s, not\n%s", r.typeName, planned, r.state)
	}
}

// id returns the id of the resource, which is a number in one half of the provider and a text in
// the other.
func (r *resource) id() string {
	field := fieldsOf(r.state)["id"]
	var text string
	var number big.Float
	if field.As(&text) != nil && field.As(&number) == nil {
		return number.Text('f', 0)
	}
	return text
}

// number reads a field that contains a number, or a number as text.
func (r *resource) number(t *testing.T, name string) int64 {
	t.Helper()
	field := fieldsOf(r.state)[name]
	var number big.Float
	if field.As(&number) == nil {
		whole, _ := number.Int64()
		return whole
	}
	whole, err := strconv.ParseInt(r.text(t, name), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return whole
}

func (r *resource) text(t *testing.T, name string) string {
	t.Helper()
	var text string
	if err := fieldsOf(r.state)[name].As(&text); err != nil {
		t.Fatal(err)
	}
	return text
}
