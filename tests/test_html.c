/* SPDX-License-Identifier: MIT */
#include "../runner/html.h"

#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../runner/sha256.h"
#include "harness.h"

static char *text_of(const char *text)
{
	char *out = NULL;
	size_t size;
	FILE *f = open_memstream(&out, &size);

	html_text(f, text);
	fclose(f);
	return out;
}

static const struct {
	const char *in, *out;
} texts[] = {
	{ "plain, 三次握手\n", "plain, 三次握手\n" },
	{ "<b a=\"x\" c='y'>&amp;", "&lt;b a=&quot;x&quot; c=&#39;y&#39;&gt;&amp;amp;" },
	{ "a\x1b[31mb\x01", "a\xef\xbf\xbd[31mb\xef\xbf\xbd" },
	{ "\xff\xc0\xaf<", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd&lt;" },
	{ "\xef\xbf\xbe\xef\xbf\xbf", "\xef\xbf\xbd\xef\xbf\xbd" },
	/* NOLINTNEXTLINE(misc-misleading-bidirectional): escaped, for the eye */
	{ "\xe2\x80\xae\xe2\x80\xac", "\xef\xbf\xbd\xef\xbf\xbd" },
};

START_TEST(test_text)
{
	_cleanup_free_ char *out = text_of(texts[_i].in);

	ck_assert_str_eq(out, texts[_i].out);
}
END_TEST

START_TEST(test_json)
{
	json_t *json = json_pack("{s:s}", "a", "</script><!-- ]]> & é");
	_cleanup_free_ char *out = NULL;
	size_t size;
	FILE *f = open_memstream(&out, &size);
	json_t *again;

	html_json(f, json);
	fclose(f);
	ck_assert_ptr_null(strpbrk(out, "<>&"));
	again = json_loads(out, 0, NULL);
	ck_assert(json_equal(json, again));
	json_decref(again);
	json_decref(json);
}
END_TEST

/* What sha256sum says: lengths on both sides of where the padding takes another block. */
static const struct {
	size_t len;
	const char *hash;
} hashes[] = {
	{ 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ 3, "cb1ad2119d8fafb69566510ee712661f9f14b83385006ef92aec47f523a38358" },
	{ 55, "8963cc0afd622cc7574ac2011f93a3059b3d65548a77542a1559e3d202e6ab00" },
	{ 56, "6ea719cefa4b31862035a7fa606b7cc3602f46231117d135cc7119b3c1412314" },
	{ 64, "d53eda7a637c99cc7fb566d96e9fa109bf15c478410a3f5eb4d4c4e26cd081f6" },
	{ 1000, "c2e686823489ced2017f6059b8b239318b6364f6dcd835d0a519105a1eadd6e4" },
};

START_TEST(test_sha256)
{
	uint8_t hash[SHA256_SIZE];
	char text[1000], hex[2 * SHA256_SIZE + 1];

	memset(text, 'A', sizeof(text));
	sha256(text, hashes[_i].len, hash);
	for (size_t i = 0; i < SHA256_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	ck_assert_str_eq(hex, hashes[_i].hash);
}
END_TEST

START_TEST(test_hash)
{
	_cleanup_free_ char *out = NULL;
	size_t size;
	FILE *f = open_memstream(&out, &size);

	html_hash(f, "", 0);
	fclose(f);
	ck_assert_str_eq(out, "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("html");
	TCase *tc = tcase_create("html");

	tcase_add_loop_test(tc, test_text, 0, sizeof(texts) / sizeof(texts[0]));
	tcase_add_test(tc, test_json);
	tcase_add_loop_test(tc, test_sha256, 0, sizeof(hashes) / sizeof(hashes[0]));
	tcase_add_test(tc, test_hash);
	suite_add_tcase(s, tc);
	return s;
}
