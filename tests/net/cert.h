/* A certificate of localhost that signs itself, to 2126, and its key: for
 * tests of HTTPS on loopback, and for nothing else. */
#ifndef DMSC_TESTS_CERT_H
#define DMSC_TESTS_CERT_H

static const char cert_pem[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBmzCCAUGgAwIBAgIUReEv70H2t3BiUxvluSjtaIFKCcMwCgYIKoZIzj0EAwIw\n"
    "FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzE3NTMzOVoYDzIxMjYxMDMw\n"
    "MTc1MzM5WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO\n"
    "PQMBBwNCAAR5awfZ75ZdVmBYOP2HN3Le1eq78A8zpQwR2Ob8TArXgHTnn7nce+py\n"
    "jMSvALREoLhnmocJO21YbkS++6yGkL9Eo28wbTAdBgNVHQ4EFgQUzJ7vRrVfBelg\n"
    "zPULBj24tHoSIj8wHwYDVR0jBBgwFoAUzJ7vRrVfBelgzPULBj24tHoSIj8wDwYD\n"
    "VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI\n"
    "zj0EAwIDSAAwRQIgegepbt2H80FNoZrvaCI4/GKJN+M3nZpyOy3ZpFqklmACIQC6\n"
    "8WiBJjpRx9qmL3+4vOjdN5D5mFFPNx9PGrq4wtVgcQ==\n"
    "-----END CERTIFICATE-----\n";
static const char key_pem[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgyT+pXsN1khsNTrHx\n"
    "0Zl6OVDLEIeZlzVKpxq4mfsbMu+hRANCAAR5awfZ75ZdVmBYOP2HN3Le1eq78A8z\n"
    "pQwR2Ob8TArXgHTnn7nce+pyjMSvALREoLhnmocJO21YbkS++6yGkL9E\n"
    "-----END PRIVATE KEY-----\n";

#endif
