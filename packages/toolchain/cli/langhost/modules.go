package langhost

import (
	"fmt"
	"os"
	"path/filepath"
)

// sdkEntry finds a command of @pulumi/pulumi (cmd/run, cmd/run-policy-pack, cmd/run-plugin) the way
// node would: in the node_modules of the directory and then of each directory above it.
func sdkEntry(directory, command string) (string, error) {
	for _, modules := range nodeModules(directory) {
		entry := filepath.Join(modules, "@pulumi", "pulumi", "cmd", command, "index.js")
		if _, err := os.Stat(entry); err == nil {
			return entry, nil
		}
	}
	// The engine recognises the words "Cannot find module" and adds advice of its own.
	return "", fmt.Errorf("Cannot find module '@pulumi/pulumi/cmd/%s' in %s or above it; "+
		"run npm install there", command, directory)
}

// nodeModules lists the node_modules folders that node looks into from a directory, nearest first.
func nodeModules(directory string) []string {
	var found []string
	for {
		modules := filepath.Join(directory, "node_modules")
		if info, err := os.Stat(modules); err == nil && info.IsDir() {
			found = append(found, modules)
		}
		parent := filepath.Dir(directory)
		if parent == directory {
			return found
		}
		directory = parent
	}
}
