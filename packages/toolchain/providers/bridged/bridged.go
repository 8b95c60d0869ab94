// Package bridged holds what the bridged Terraform providers here have in common.
package bridged

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// Files that the provider writes about itself once, when it is installed (argument "schema"), and
// reads at each start. They lie beside the binary. Upstream embeds them, which takes a second
// program and a second link of 70 MB for each provider.
const (
	schemaFile   = "schema.json"
	metadataFile = "bridge-metadata.json"
)

// Generating says whether this process is to write the schema instead of serving.
func Generating() bool { return len(os.Args) > 1 && os.Args[1] == "schema" }

// Schema returns the package schema that was written at installation, with the version that the
// generator leaves out.
func Schema(version string) ([]byte, error) {
	text, err := read(schemaFile)
	if err != nil {
		return nil, err
	}
	var schema map[string]json.RawMessage
	if err := json.Unmarshal(text, &schema); err != nil {
		return nil, err
	}
	if schema["version"], err = json.Marshal(version); err != nil {
		return nil, err
	}
	return json.Marshal(schema)
}

// Metadata returns the bridge's metadata; while generating there is none yet.
func Metadata() ([]byte, error) {
	if Generating() {
		return []byte("{}"), nil
	}
	return read(metadataFile)
}

func read(name string) ([]byte, error) {
	binary, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(filepath.Dir(binary), name))
}
