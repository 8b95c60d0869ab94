#!/bin/bash
# A file of the real package that the stand-in has no use for.
exit 0
