package langhost

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
)

// options are what `runtime.options` in Pulumi.yaml may hold.
type options struct {
	// nodeArgs go to node before the program, e.g. "--import tsx".
	nodeArgs []string
	// typescript lets the SDK load TypeScript by itself (ts-node). Default true.
	typescript bool
	// tsconfig is the path of the tsconfig.json that ts-node takes.
	tsconfig string
	// packageManager is what would install dependencies; only npm does here.
	packageManager string
}

// parseOptions reads the runtime options; what it does not know is refused, not guessed.
func parseOptions(given *structpb.Struct) (options, error) {
	parsed := options{typescript: true}
	for key, value := range given.GetFields() {
		var err error
		switch key {
		case "nodeargs":
			parsed.nodeArgs, err = splitArgs(value.GetStringValue())
		case "typescript":
			parsed.typescript, err = boolOption(value)
		case "tsconfig":
			parsed.tsconfig = value.GetStringValue()
		case "packagemanager":
			parsed.packageManager = value.GetStringValue()
		default:
			err = fmt.Errorf("is not known here; known are nodeargs, typescript, tsconfig, packagemanager")
		}
		if err != nil {
			return options{}, fmt.Errorf("runtime option %q in Pulumi.yaml: %w", key, err)
		}
	}
	return parsed, nil
}

// boolOption takes true and "true": options given on the command line come as strings.
func boolOption(value *structpb.Value) (bool, error) {
	switch kind := value.GetKind().(type) {
	case *structpb.Value_BoolValue:
		return kind.BoolValue, nil
	case *structpb.Value_StringValue:
		switch kind.StringValue {
		case "true":
			return true, nil
		case "false":
			return false, nil
		}
	}
	return false, fmt.Errorf("is %v; true or false is needed", value.AsInterface())
}

// splitArgs splits as a shell would: at white space, except within quotes or after a backslash.
func splitArgs(text string) ([]string, error) {
	var args []string
	var current strings.Builder
	var quote rune
	inArg, escaped := false, false
	for _, char := range text {
		switch {
		case escaped:
			current.WriteRune(char)
			escaped = false
		case char == '\\' && quote != '\'':
			escaped, inArg = true, true
		case quote != 0 && char == quote:
			quote = 0
		case quote != 0:
			current.WriteRune(char)
		case char == '"' || char == '\'':
			quote, inArg = char, true
		case char == ' ' || char == '\t' || char == '\n':
			if inArg {
				args = append(args, current.String())
				current.Reset()
			}
			inArg = false
		default:
			current.WriteRune(char)
			inArg = true
		}
	}
	if quote != 0 || escaped {
		return nil, fmt.Errorf("is %q; a quote or a backslash is left open", text)
	}
	if inArg {
		args = append(args, current.String())
	}
	return args, nil
}

// environment is what the SDK reads about the options.
func (o options) environment() []string {
	env := []string{fmt.Sprintf("PULUMI_NODEJS_TYPESCRIPT=%t", o.typescript)}
	if o.tsconfig != "" {
		env = append(env, "PULUMI_NODEJS_TSCONFIG_PATH="+o.tsconfig)
	}
	return env
}
