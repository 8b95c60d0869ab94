// An S3 server for one bucket, with faults on demand. Objects are in memory.
//
// Argument: a configuration file (Config). It answers S3 in path style over TLS, and an admin
// interface on a Unix socket:
//
//	PUT /faults       sets the faults (Faults)
//	GET /objects      lists the objects (Object)
//	GET /object?path= the content of an object
package main

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/rclone/gofakes3"
	"github.com/rclone/gofakes3/s3mem"
)

// Config is read from a file that only its owner can read.
type Config struct {
	// Addresses with port.
	Listen []string `json:"listen"`
	// Files in PEM.
	Cert string `json:"cert"`
	Key  string `json:"key"`
	// Path of the admin interface's socket.
	Admin     string `json:"admin"`
	Bucket    string `json:"bucket"`
	AccessKey string `json:"accessKey"`
	SecretKey string `json:"secretKey"`
}

// Faults that are active.
type Faults struct {
	// Down breaks all connections after the request.
	Down bool `json:"down"`
	// Unavailable answers 503 SlowDown.
	Unavailable bool `json:"unavailable"`
	// Full refuses to store anything, in the words of Ceph, which Hetzner runs.
	Full bool `json:"full"`
	// Credentials does not know the access key.
	Credentials bool `json:"credentials"`
	// NoBucket does not have the bucket.
	NoBucket bool `json:"noBucket"`
}

// Object is an element of the list.
type Object struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	Sha256 string `json:"sha256"`
}

// backend treats an empty delimiter as none, like S3.
type backend struct {
	*s3mem.Backend
}

func (b backend) ListBucket(ctx context.Context, name string, prefix *gofakes3.Prefix, page gofakes3.ListBucketPage) (*gofakes3.ObjectList, error) {
	if prefix != nil && prefix.Delimiter == "" {
		without := *prefix
		without.HasDelimiter = false
		prefix = &without
	}
	return b.Backend.ListBucket(ctx, name, prefix, page)
}

type server struct {
	config  Config
	backend backend
	s3      http.Handler
	mutex   sync.Mutex
	faults  Faults
}

func (s *server) active() Faults {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.faults
}

// ServeHTTP is the S3 interface.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	faults := s.active()
	bucket := strings.SplitN(strings.TrimPrefix(r.URL.Path, "/"), "/", 2)[0]
	switch {
	case faults.Down:
		panic(http.ErrAbortHandler) // closes the connection without an answer
	case faults.Unavailable:
		refuse(w, 503, "SlowDown", "Please reduce your request rate.")
	case faults.Credentials:
		refuse(w, 403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")
	case faults.NoBucket && bucket != "":
		refuse(w, 404, "NoSuchBucket", "The specified bucket does not exist")
	case faults.Full && (r.Method == http.MethodPut || r.Method == http.MethodPost):
		_, _ = io.Copy(io.Discard, r.Body)
		refuse(w, 403, "QuotaExceeded", "The quota of the bucket is exceeded.")
	case r.Method == http.MethodPut && strings.Trim(r.URL.Path, "/") == bucket && bucket != s.config.Bucket:
		// Keys of Hetzner may create buckets. Here a wrong name stays a wrong name.
		refuse(w, 403, "AccessDenied", "Access Denied")
	case strings.HasSuffix(r.Header.Get("X-Amz-Content-Sha256"), "-TRAILER"):
		// A checksum behind the body, by default what AWS's SDKs send since 2025. Ceph and others refuse it.
		_, _ = io.Copy(io.Discard, r.Body)
		refuse(w, 400, "XAmzContentSHA256Mismatch", "UnknownError")
	default:
		s.s3.ServeHTTP(w, r)
	}
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>%s</Code><Message>%s</Message></Error>", code, message)
}

func (s *server) admin() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /faults", func(w http.ResponseWriter, r *http.Request) {
		var faults Faults
		if err := json.NewDecoder(r.Body).Decode(&faults); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		s.mutex.Lock()
		s.faults = faults
		s.mutex.Unlock()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /objects", func(w http.ResponseWriter, r *http.Request) {
		objects, err := s.objects(r.Context())
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_ = json.NewEncoder(w).Encode(objects)
	})
	mux.HandleFunc("GET /object", func(w http.ResponseWriter, r *http.Request) {
		object, err := s.backend.GetObject(r.Context(), s.config.Bucket, r.URL.Query().Get("path"), nil)
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		defer object.Contents.Close()
		_, _ = io.Copy(w, object.Contents)
	})
	return mux
}

func (s *server) objects(ctx context.Context) ([]Object, error) {
	found := []Object{}
	list, err := s.backend.ListBucket(ctx, s.config.Bucket, nil, gofakes3.ListBucketPage{})
	if err != nil {
		return nil, err
	}
	for _, content := range list.Contents {
		object, err := s.backend.GetObject(ctx, s.config.Bucket, content.Key, nil)
		if err != nil {
			return nil, err
		}
		hash := sha256.New()
		size, err := io.Copy(hash, object.Contents)
		_ = object.Contents.Close()
		if err != nil {
			return nil, err
		}
		found = append(found, Object{content.Key, size, hex.EncodeToString(hash.Sum(nil))})
	}
	sort.Slice(found, func(a, b int) bool { return found[a].Path < found[b].Path })
	return found, nil
}

func run(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	s := &server{backend: backend{s3mem.New()}}
	if err := json.Unmarshal(text, &s.config); err != nil {
		return err
	}
	if err := s.backend.CreateBucket(context.Background(), s.config.Bucket); err != nil {
		return err
	}
	keys := map[string]string{s.config.AccessKey: s.config.SecretKey}
	s.s3 = gofakes3.New(s.backend, gofakes3.WithV4Auth(keys), gofakes3.WithTimeSkewLimit(15*time.Minute)).Server()
	failed := make(chan error)
	for _, address := range s.config.Listen {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			return err
		}
		// Without HTTP/2, whose connections survive a broken request.
		web := &http.Server{Handler: s, TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){}}
		go func() { failed <- web.ServeTLS(listener, s.config.Cert, s.config.Key) }()
	}
	_ = os.Remove(s.config.Admin)
	listener, err := net.Listen("unix", s.config.Admin)
	if err != nil {
		return err
	}
	go func() { failed <- http.Serve(listener, s.admin()) }()
	return <-failed
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: s3 CONFIG")
	}
	log.Fatal(run(os.Args[1]))
}
