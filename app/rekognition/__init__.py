"""Amazon Rekognition's protocol over the library: in this process, or on a loopback endpoint."""
