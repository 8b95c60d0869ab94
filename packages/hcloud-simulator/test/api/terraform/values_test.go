package terraform

import (
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// configuration converts attributes to Terraform's form: attributes that are not set are null, and
// missing blocks are empty.
func configuration(schema *tfprotov6.Schema, given attributes) tftypes.Value {
	complete := maps.Clone(given)
	for _, block := range schema.Block.BlockTypes {
		repeated := block.Nesting == tfprotov6.SchemaNestedBlockNestingModeList ||
			block.Nesting == tfprotov6.SchemaNestedBlockNestingModeSet
		if _, set := complete[block.TypeName]; !set && repeated {
			complete[block.TypeName] = []any{}
		}
	}
	return valueOf(schema.ValueType(), map[string]any(complete))
}

// valueOf converts plain data to a value of a Terraform type.
func valueOf(typ tftypes.Type, plain any) tftypes.Value {
	if plain == nil {
		return tftypes.NewValue(typ, nil)
	}
	switch typ := typ.(type) {
	case tftypes.Object:
		fields := map[string]tftypes.Value{}
		given := plain.(map[string]any)
		for name, inner := range typ.AttributeTypes {
			fields[name] = valueOf(inner, given[name])
		}
		return tftypes.NewValue(typ, fields)
	case tftypes.Map:
		fields := map[string]tftypes.Value{}
		for name, inner := range plain.(map[string]any) {
			fields[name] = valueOf(typ.ElementType, inner)
		}
		return tftypes.NewValue(typ, fields)
	case tftypes.List:
		return tftypes.NewValue(typ, valuesOf(typ.ElementType, plain.([]any)))
	case tftypes.Set:
		return tftypes.NewValue(typ, valuesOf(typ.ElementType, plain.([]any)))
	default:
		return tftypes.NewValue(typ, plain)
	}
}

func valuesOf(typ tftypes.Type, plain []any) []tftypes.Value {
	values := make([]tftypes.Value, 0, len(plain))
	for _, one := range plain {
		values = append(values, valueOf(typ, one))
	}
	return values
}

// proposal merges a configuration with the state, as Terraform does before it asks the provider for
// a plan. A computed attribute keeps its value, or is unknown if it has none yet.
func proposal(schema *tfprotov6.Schema, state, config tftypes.Value) tftypes.Value {
	return tftypes.NewValue(config.Type(), merged(schema.Block, fieldsOf(state), fieldsOf(config)))
}

func merged(block *tfprotov6.SchemaBlock, state, config map[string]tftypes.Value) map[string]tftypes.Value {
	proposed := mergedAttributes(block.Attributes, state, config)
	for _, inner := range block.BlockTypes {
		name := inner.TypeName
		proposed[name] = mergedElements(inner.Block.Attributes, state[name], config[name])
	}
	return proposed
}

func mergedAttributes(
	schema []*tfprotov6.SchemaAttribute, state, config map[string]tftypes.Value,
) map[string]tftypes.Value {
	proposed := maps.Clone(config)
	for _, attribute := range schema {
		given := config[attribute.Name]
		known, exists := state[attribute.Name]
		switch {
		case !given.IsNull() && attribute.NestedType != nil:
			proposed[attribute.Name] = mergedElements(attribute.NestedType.Attributes, known, given)
		case given.IsNull() && attribute.Computed && exists:
			proposed[attribute.Name] = known
		case given.IsNull() && attribute.Computed:
			proposed[attribute.Name] = tftypes.NewValue(given.Type(), tftypes.UnknownValue)
		}
	}
	return proposed
}

// mergedElements merges each element of a list or set. It matches an element of the state when that
// has all attributes of the configuration.
func mergedElements(schema []*tfprotov6.SchemaAttribute, state, config tftypes.Value) tftypes.Value {
	elements := elementsOf(config)
	if len(elements) == 0 {
		return config
	}
	proposed := make([]tftypes.Value, 0, len(elements))
	for _, element := range elements {
		var known map[string]tftypes.Value
		for _, candidate := range elementsOf(state) {
			if agree(fieldsOf(candidate), fieldsOf(element)) {
				known = fieldsOf(candidate)
			}
		}
		fields := mergedAttributes(schema, known, fieldsOf(element))
		proposed = append(proposed, tftypes.NewValue(element.Type(), fields))
	}
	return tftypes.NewValue(config.Type(), proposed)
}

func agree(known, config map[string]tftypes.Value) bool {
	for name, value := range config {
		if !value.IsNull() && !value.Equal(known[name]) {
			return false
		}
	}
	return true
}

// fieldsOf returns nil for a null value.
func fieldsOf(object tftypes.Value) map[string]tftypes.Value {
	var fields map[string]tftypes.Value
	if object.Type() == nil || object.IsNull() || object.As(&fields) != nil {
		return nil
	}
	return fields
}

func elementsOf(list tftypes.Value) []tftypes.Value {
	var elements []tftypes.Value
	if list.Type() == nil || list.IsNull() || list.As(&elements) != nil {
		return nil
	}
	return elements
}

// same compares as Terraform does: the older half of the provider uses null, "" and empty values
// interchangeably, and sets have no order.
func same(one, other tftypes.Value) bool {
	if isEmpty(one) || isEmpty(other) {
		return isEmpty(one) && isEmpty(other)
	}
	switch one.Type().(type) {
	case tftypes.Object, tftypes.Map:
		fields, others := fieldsOf(one), fieldsOf(other)
		for name := range fields {
			if !same(fields[name], others[name]) {
				return false
			}
		}
		return len(fields) == len(others)
	case tftypes.List:
		return slices.EqualFunc(elementsOf(one), elementsOf(other), same)
	case tftypes.Set:
		elements, others := elementsOf(one), elementsOf(other)
		for _, element := range elements {
			isThat := func(candidate tftypes.Value) bool { return same(element, candidate) }
			if !slices.ContainsFunc(others, isThat) {
				return false
			}
		}
		return len(elements) == len(others)
	default:
		return one.Equal(other)
	}
}

func isEmpty(value tftypes.Value) bool {
	if value.Type() == nil || value.IsNull() {
		return true
	}
	var text string
	if value.As(&text) == nil {
		return text == ""
	}
	_, isObject := value.Type().(tftypes.Object)
	return !isObject && len(fieldsOf(value)) == 0 && len(elementsOf(value)) == 0 && !isPlain(value)
}

func isPlain(value tftypes.Value) bool {
	return value.Type().Is(tftypes.Number) || value.Type().Is(tftypes.Bool)
}
