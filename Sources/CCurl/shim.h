#pragma once
#include <curl/curl.h>

// curl_easy_setopt and curl_easy_getinfo are variadic, which Swift cannot call; one wrapper for each type of argument.
// The parentheses keep the type-checking macros of <curl/typecheck-gcc.h> out: they need a constant option.

static inline CURLcode segue_curl_set_long(CURL *easy, CURLoption option, long value) {
    return (curl_easy_setopt)(easy, option, value);
}

static inline CURLcode segue_curl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return (curl_easy_setopt)(easy, option, value);
}

static inline CURLcode segue_curl_set_text(CURL *easy, CURLoption option, const char *value) {
    return (curl_easy_setopt)(easy, option, value);
}

static inline CURLcode segue_curl_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
    return (curl_easy_setopt)(easy, option, value);
}

static inline CURLcode segue_curl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return (curl_easy_setopt)(easy, option, value);
}

typedef size_t (*segue_curl_receiver)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode segue_curl_set_receiver(CURL *easy, CURLoption option, segue_curl_receiver value) {
    return (curl_easy_setopt)(easy, option, value);
}

static inline CURLcode segue_curl_get_long(CURL *easy, CURLINFO info, long *value) {
    return (curl_easy_getinfo)(easy, info, value);
}

static inline CURLcode segue_curl_get_pointer(CURL *easy, CURLINFO info, void **value) {
    return (curl_easy_getinfo)(easy, info, value);
}

static inline CURLMcode segue_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return (curl_multi_setopt)(multi, option, value);
}

// A union inside the message: Swift imports it, but the transfer's result is all that is read.
static inline CURLcode segue_curl_message_result(const CURLMsg *message) { return message->data.result; }
