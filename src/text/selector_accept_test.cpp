// What is accepted: a line as people write it, its canonical spelling and its masked one. A difference in `canonical` is a silent missed match.

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "text/crypto_address.h"
#include "text/selector.h"
#include "text/selector_catalogue.h"

using namespace std::string_view_literals;

namespace warifu::text {
namespace {

using enum SelectorType;

struct Accepted {
  SelectorType type;
  std::string_view line;
  std::string_view canonical;
  std::string_view masked;
};

// clang-format off
constexpr auto kAccepted = std::to_array<Accepted>({
    // accounts at a service
    {ACCOUNT_ID, "sns.example:reida_hanako", "sns.example:reida_hanako", "sns.example:r****"},
    {ACCOUNT_ID, "sns.example:@reida_hanako", "sns.example:reida_hanako", "sns.example:r****"},
    {ACCOUNT_ID, "SNS.Example:Reida", "sns.example:Reida", "sns.example:R****"},
    {ACCOUNT_ID, "ＳＮＳ．ｅｘａｍｐｌｅ:ｒｅｉｄａ０１", "sns.example:reida01", "sns.example:r****"},
    {ACCOUNT_ID, " sns.example : reida ", "sns.example:reida", "sns.example:r****"},
    {ACCOUNT_ID, "sns.example:例田はなこ", "sns.example:例田はなこ", "sns.example:例****"},
    {ACCOUNT_ID, "game-7.example:1000000001", "game-7.example:1000000001", "game-7.example:1****"},
    {ACCOUNT_ID, "mail.example:hanako@example.com", "mail.example:hanako@example.com", "mail.example:h****"},
    {ACCOUNT_ID, "video.example:UC-x:7", "video.example:UC-x:7", "video.example:U****"},
    {ACCOUNT_ID, "a:b", "a:b", "a:****"},
    // e-mail
    {EMAIL, "hanako@example.com", "hanako@example.com", "h****@example.com"},
    {EMAIL, "Hanako@EXAMPLE.COM", "Hanako@example.com", "H****@example.com"},
    {EMAIL, "　hanako@example.com　", "hanako@example.com", "h****@example.com"},
    {EMAIL, "ｈａｎａｋｏ＠ｅｘａｍｐｌｅ．ｃｏｍ", "hanako@example.com", "h****@example.com"},
    {EMAIL, "mailto:hanako@example.com", "hanako@example.com", "h****@example.com"},
    {EMAIL, "<hanako@example.com>", "hanako@example.com", "h****@example.com"},
    {EMAIL, "hanako+shop@example.com", "hanako+shop@example.com", "h****@example.com"},
    {EMAIL, "hanako..love@example.com", "hanako..love@example.com", "h****@example.com"},
    {EMAIL, "hanako.@example.com", "hanako.@example.com", "h****@example.com"},
    {EMAIL, "hanako@例え.example", "hanako@xn--r8jz45g.example", "h****@例え.example"},
    {EMAIL, "hanako@XN--R8JZ45G.example", "hanako@xn--r8jz45g.example", "h****@例え.example"},
    {EMAIL, "hanako@mail.sub.example.co.jp", "hanako@mail.sub.example.co.jp", "h****@mail.sub.example.co.jp"},
    {EMAIL, "h@example.com", "h@example.com", "****@example.com"},
    {EMAIL, "\"a b\"@example.com", "\"a b\"@example.com", "\"****@example.com"},
    {EMAIL, "o'brien@example.com", "o'brien@example.com", "o****@example.com"},
    {EMAIL, "hanako@straße.example", "hanako@xn--strae-oqa.example", "h****@straße.example"},
    {EMAIL, "hanako@раураl.example", "hanako@xn--l-7sba6dbr.example", "h****@xn--l-7sba6dbr.example"},
    // telephone
    {TELEPHONE, "090-1234-5678", "+819012345678", "090-****-5678"},
    {TELEPHONE, "09012345678", "+819012345678", "090-****-5678"},
    {TELEPHONE, "０９０－１２３４－５６７８", "+819012345678", "090-****-5678"},
    {TELEPHONE, "０９０ー１２３４ー５６７８", "+819012345678", "090-****-5678"},
    {TELEPHONE, "090−1234−5678", "+819012345678", "090-****-5678"},
    {TELEPHONE, "090‐1234‐5678", "+819012345678", "090-****-5678"},
    {TELEPHONE, "090–1234–5678", "+819012345678", "090-****-5678"},
    {TELEPHONE, "090(1234)5678", "+819012345678", "090-****-5678"},
    {TELEPHONE, "０９０（１２３４）５６７８", "+819012345678", "090-****-5678"},
    {TELEPHONE, "090 1234 5678", "+819012345678", "090-****-5678"},
    {TELEPHONE, "090.1234.5678", "+819012345678", "090-****-5678"},
    {TELEPHONE, "TEL:090-1234-5678", "+819012345678", "090-****-5678"},
    {TELEPHONE, "tel:+81-90-1234-5678", "+819012345678", "090-****-5678"},
    {TELEPHONE, "+81 90 1234 5678", "+819012345678", "090-****-5678"},
    {TELEPHONE, "+81 (0)90-1234-5678", "+819012345678", "090-****-5678"},
    {TELEPHONE, "+81 090 1234 5678", "+819012345678", "090-****-5678"},
    {TELEPHONE, "＋８１９０１２３４５６７８", "+819012345678", "090-****-5678"},
    {TELEPHONE, "010-81-90-1234-5678", "+819012345678", "090-****-5678"},
    {TELEPHONE, "080-1234-5678", "+818012345678", "080-****-5678"},
    {TELEPHONE, "070-1234-5678", "+817012345678", "070-****-5678"},
    {TELEPHONE, "060-1234-5678", "+816012345678", "060-****-5678"},
    {TELEPHONE, "050-1234-5678", "+815012345678", "050-****-5678"},
    {TELEPHONE, "020-1234-5678", "+812012345678", "020-****-5678"},
    {TELEPHONE, "0200-12345-67890", "+812001234567890", "02****7890"},
    {TELEPHONE, "03-1234-5678", "+81312345678", "03-****-5678"},
    {TELEPHONE, "(03)1234-5678", "+81312345678", "03-****-5678"},
    {TELEPHONE, "06-1234-5678", "+81612345678", "06-****-5678"},
    {TELEPHONE, "0422-12-3456", "+81422123456", "04****3456"},
    {TELEPHONE, "04992-1-2345", "+81499212345", "04****2345"},
    {TELEPHONE, "075-123-4567", "+81751234567", "07****4567"},
    {TELEPHONE, "0120-123-456", "+81120123456", "0120-***-456"},
    {TELEPHONE, "0800-123-4567", "+818001234567", "0800-***-4567"},
    {TELEPHONE, "0570-012-345", "+81570012345", "0570-***-345"},
    {TELEPHONE, "+1 202-555-0123", "+12025550123", "+12****0123"},
    {TELEPHONE, "+44 20 7946 0958", "+442079460958", "+44****0958"},
    {TELEPHONE, "010 1 202 555 0123", "+12025550123", "+12****0123"},
    // IP addresses
    {IP_ADDRESS, "192.0.2.7", "192.0.2.7", "192.0.*.*"},
    {IP_ADDRESS, "１９２．０．２．７", "192.0.2.7", "192.0.*.*"},
    {IP_ADDRESS, "255.255.255.255", "255.255.255.255", "255.255.*.*"},
    {IP_ADDRESS, "192.0.2.7:40123 2026-11-21 14:05 +09:00", "192.0.2.7:40123@2026-11-21T05:05:00Z", "192.0.*.* 2026-11-21T14:05:00+09:00"},
    {IP_ADDRESS, "192.0.2.7 2026-11-21 14:05:09 +09:00", "192.0.2.7@2026-11-21T05:05:09Z", "192.0.*.* 2026-11-21T14:05:09+09:00"},
    {IP_ADDRESS, "192.0.2.7:1 2026-11-21T05:05:09Z", "192.0.2.7:1@2026-11-21T05:05:09Z", "192.0.*.* 2026-11-21T14:05:09+09:00"},
    {IP_ADDRESS, "192.0.2.7:65535 2026/11/21 14:05:09 JST", "192.0.2.7:65535@2026-11-21T05:05:09Z", "192.0.*.* 2026-11-21T14:05:09+09:00"},
    {IP_ADDRESS, "192.0.2.7 2026年11月21日14時05分09秒 JST", "192.0.2.7@2026-11-21T05:05:09Z", "192.0.*.* 2026-11-21T14:05:09+09:00"},
    {IP_ADDRESS, "192.0.2.7 2026年1月2日 9時05分 日本時間", "192.0.2.7@2026-01-02T00:05:00Z", "192.0.*.* 2026-01-02T09:05:00+09:00"},
    {IP_ADDRESS, "192.0.2.7 2026-11-21 05:05:09 UTC", "192.0.2.7@2026-11-21T05:05:09Z", "192.0.*.* 2026-11-21T14:05:09+09:00"},
    {IP_ADDRESS, "192.0.2.7 2026-11-21 14:05:09 UTC+09:00", "192.0.2.7@2026-11-21T05:05:09Z", "192.0.*.* 2026-11-21T14:05:09+09:00"},
    {IP_ADDRESS, "192.0.2.7 2026-11-21 00:05:09 -0500", "192.0.2.7@2026-11-21T05:05:09Z", "192.0.*.* 2026-11-21T14:05:09+09:00"},
    {IP_ADDRESS, "192.0.2.7@2026-11-21T05:05:09.25Z", "192.0.2.7@2026-11-21T05:05:09.250000Z", "192.0.*.* 2026-11-21T14:05:09.250000+09:00"},
    {IP_ADDRESS, "192.0.2.7 port 40123, 2026-11-21 14:05 JST", "192.0.2.7:40123@2026-11-21T05:05:00Z", "192.0.*.* 2026-11-21T14:05:00+09:00"},
    {IP_ADDRESS, "2001:db8::7 ポート 443 2026-11-21 14:05 JST", "[2001:db8::7]:443@2026-11-21T05:05:00Z", "2001:db8:* 2026-11-21T14:05:00+09:00"},
    {IP_ADDRESS, "2001:db8::7", "2001:db8::7", "2001:db8:*"},
    {IP_ADDRESS, "2001:0DB8:0000:0000:0000:0000:0000:0007", "2001:db8::7", "2001:db8:*"},
    {IP_ADDRESS, "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1", "2001:db8:*"},
    {IP_ADDRESS, "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1", "2001:db8:*"},
    {IP_ADDRESS, "[2001:db8::7]", "2001:db8::7", "2001:db8:*"},
    {IP_ADDRESS, "[2001:db8::7]:443 2026-11-21T05:05:00Z", "[2001:db8::7]:443@2026-11-21T05:05:00Z", "2001:db8:* 2026-11-21T14:05:00+09:00"},
    {IP_ADDRESS, "2001:db8::7 2026-11-21T05:05:00Z", "2001:db8::7@2026-11-21T05:05:00Z", "2001:db8:* 2026-11-21T14:05:00+09:00"},
    {IP_ADDRESS, "2001:db8::192.0.2.7", "2001:db8::c000:207", "2001:db8:*"},
    {IP_ADDRESS, "::ffff:192.0.2.7", "192.0.2.7", "192.0.*.*"},
    {IP_ADDRESS, "::ffff:c000:207", "192.0.2.7", "192.0.*.*"},
    {IP_ADDRESS, "10.0.0.1", "10.0.0.1", "10.0.*.*"},
    {IP_ADDRESS, "::1", "::1", ":*"},
    {IP_ADDRESS, "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0", "1:2:*"},
    // domains
    {DOMAIN_NAME, "shop.example.com", "shop.example.com", "shop.example.com"},
    {DOMAIN_NAME, "SHOP.Example.COM", "shop.example.com", "shop.example.com"},
    {DOMAIN_NAME, "例え.example", "xn--r8jz45g.example", "例え.example"},
    {DOMAIN_NAME, "例え。example", "xn--r8jz45g.example", "例え.example"},
    {DOMAIN_NAME, "ｓｈｏｐ．ｅｘａｍｐｌｅ", "shop.example", "shop.example"},
    {DOMAIN_NAME, "xn--r8jz45g.example", "xn--r8jz45g.example", "例え.example"},
    {DOMAIN_NAME, "r3---x1.example.com", "r3---x1.example.com", "r3---x1.example.com"},
    {DOMAIN_NAME, "my_host.example.com", "my_host.example.com", "my_host.example.com"},
    {DOMAIN_NAME, "pаypal.example", "xn--pypal-4ve.example", "xn--pypal-4ve.example"},
    {DOMAIN_NAME, "1.2.0.192.in-addr.arpa", "1.2.0.192.in-addr.arpa", "1.2.0.192.in-addr.arpa"},
    // URLs
    {URL, "https://sns.example/reida/status/12345", "https://sns.example/reida/status/12345", "https://sns.example/****"},
    {URL, "HTTPS://SNS.Example/Reida", "https://sns.example/Reida", "https://sns.example/****"},
    {URL, "https://sns.example", "https://sns.example/", "https://sns.example/"},
    {URL, "https://sns.example/#top", "https://sns.example/", "https://sns.example/"},
    {URL, "https://sns.example/a#b?c", "https://sns.example/a", "https://sns.example/****"},
    {URL, "https://blog.example/?p=12", "https://blog.example/?p=12", "https://blog.example/****"},
    {URL, "https://blog.example?p=12", "https://blog.example/?p=12", "https://blog.example/****"},
    {URL, "https://blog.example/?", "https://blog.example/", "https://blog.example/"},
    {URL, "http://blog.example:80/a", "http://blog.example/a", "http://blog.example/****"},
    {URL, "https://blog.example:443/a", "https://blog.example/a", "https://blog.example/****"},
    {URL, "https://blog.example:8443/a", "https://blog.example:8443/a", "https://blog.example:8443/****"},
    {URL, "http://blog.example:443/", "http://blog.example:443/", "http://blog.example:443/"},
    {URL, "https://blog.example/a/../b/./c", "https://blog.example/b/c", "https://blog.example/****"},
    {URL, "https://blog.example/..", "https://blog.example/", "https://blog.example/"},
    {URL, "https://blog.example/%7euser/%e4%be%8b", "https://blog.example/~user/%E4%BE%8B", "https://blog.example/****"},
    {URL, "https://blog.example/例", "https://blog.example/%E4%BE%8B", "https://blog.example/****"},
    {URL, "https://blog.example/a%2Fb", "https://blog.example/a%2Fb", "https://blog.example/****"},
    {URL, "https://例え.example/", "https://xn--r8jz45g.example/", "https://例え.example/"},
    {URL, "http://192.0.2.7/login", "http://192.0.2.7/login", "http://192.0.2.7/****"},
    {URL, "http://[2001:DB8::7]:8080/x", "http://[2001:db8::7]:8080/x", "http://[2001:db8::7]:8080/****"},
    // message ids
    {MESSAGE_ID, "<20261121.1405.abc@mail.example.com>", "20261121.1405.abc@mail.example.com", "<2****@mail.example.com>"},
    {MESSAGE_ID, "20261121.1405.abc@mail.example.com", "20261121.1405.abc@mail.example.com", "<2****@mail.example.com>"},
    {MESSAGE_ID, "Message-ID: <abc$def@Mail.example>", "abc$def@Mail.example", "<a****@Mail.example>"},
    {MESSAGE_ID, "<CAF=x+y_z@mail.example>", "CAF=x+y_z@mail.example", "<C****@mail.example>"},
    {MESSAGE_ID, "<abcd@[192.0.2.7]>", "abcd@[192.0.2.7]", "<a****@[192.0.2.7]>"},
    {MESSAGE_ID, "<abcd@localhost>", "abcd@localhost", "<a****@localhost>"},
    {MESSAGE_ID, "<a..b:7@mail.example>", "a..b:7@mail.example", "<a****@mail.example>"},
    // people
    {PERSON, "例田 花子 / れいだ はなこ / REIDA Hanako / 1990-01-02", "name=例田花子;kana=れいだはなこ;romaji=hanako reida;born=1990-01-02", "例****"},
    {PERSON, "例田　花子", "name=例田花子", "例****"},
    {PERSON, "例田花子／レイダハナコ", "name=例田花子;kana=れいだはなこ", "例****"},
    {PERSON, "例田花子/ﾚｲﾀﾞ ﾊﾅｺ/1990/1/2", "name=例田花子;kana=れいだはなこ;born=1990-01-02", "例****"},
    {PERSON, "髙﨑 𠮷子 / 平成2年1月2日", "name=高崎吉子;born=1990-01-02", "髙****"},
    {PERSON, "高崎 吉子 / H2.1.2", "name=高崎吉子;born=1990-01-02", "高****"},
    {PERSON, "見本 渡邊 / 昭和64年1月7日", "name=見本渡辺;born=1989-01-07", "見****"},
    {PERSON, "見本 齋藤 / S63/12/31", "name=見本斎藤;born=1988-12-31", "見****"},
    {PERSON, "見本 斉藤 / 令和元年5月1日生", "name=見本斉藤;born=2019-05-01", "見****"},
    {PERSON, "見本 太郎 / 19900102", "name=見本太郎;born=1990-01-02", "見****"},
    {PERSON, "見本 太郎 / １９９０年１月２日", "name=見本太郎;born=1990-01-02", "見****"},
    {PERSON, "れいだ はなこ", "kana=れいだはなこ", "れ****"},
    {PERSON, "レイダ ハナコ", "kana=れいだはなこ", "レ****"},
    {PERSON, "さくら / サクラコ", "name=さくら;kana=さくらこ", "さ****"},
    {PERSON, "メアリー・スミス", "kana=めあり-すみす", "メ****"},
    {PERSON, "Hanako REIDA", "romaji=hanako reida", "H****"},
    {PERSON, "Reida, Hanako", "romaji=hanako reida", "R****"},
    {PERSON, "REIDA Hanakō", "romaji=hanako reida", "R****"},
    {PERSON, "O'Hara-Smith Ann", "romaji=ann oharasmith", "O****"},
    {PERSON, "例", "name=例", "****"},
    {PERSON, "葛󠄀見 太郎", "name=葛見太郎", "葛****"},
    // postal addresses
    {POSTAL_ADDRESS, "〒000-0000 東京都例区見本町1-2-3", "0000000 東京都例区見本町1-2-3", "東京都****"},
    {POSTAL_ADDRESS, "〒0000000東京都例区見本町１丁目２番３号", "0000000 東京都例区見本町1-2-3", "東京都****"},
    {POSTAL_ADDRESS, "000−0000 東京都例区見本町1ー2ー3", "0000000 東京都例区見本町1-2-3", "東京都****"},
    {POSTAL_ADDRESS, "東京都例区見本町一丁目2番地3", "東京都例区見本町1-2-3", "東京都****"},
    {POSTAL_ADDRESS, "東京都例区見本町十二丁目2番地の3", "東京都例区見本町12-2-3", "東京都****"},
    {POSTAL_ADDRESS, "東京都例区一番町2番地", "東京都例区一番町2", "東京都****"},
    {POSTAL_ADDRESS, "東京都 例区 見本町 1-2-3 見本ビル405号室", "東京都例区見本町1-2-3見本びる405", "東京都****"},
    {POSTAL_ADDRESS, "神奈川県例市市ヶ谷二十一丁目5", "神奈川県例市市け谷21-5", "神奈川****"},
    {POSTAL_ADDRESS, "1 Example Street, Sample Town", "1examplestreet,sampletown", "1 E****"},
    // payment cards
    {PAYMENT_CARD, "tok_9fK2example7Q", "tok_9fK2example7Q", "****le7Q"},
    {PAYMENT_CARD, "12345678", "12345678", "****5678"},
    {PAYMENT_CARD, "4111111111111112", "4111111111111112", "****1112"},
    {PAYMENT_CARD, "ＴＯＫ－ＡＢＣＤ１", "TOK-ABCD1", "****BCD1"},
    // bank accounts
    {BANK_ACCOUNT, "0001-002 普通 1234567", "000100211234567", "0001-002 普通 ****567"},
    {BANK_ACCOUNT, "0001 002 普 1234567", "000100211234567", "0001-002 普通 ****567"},
    {BANK_ACCOUNT, "０００１－００２　普通預金　１２３４５６７", "000100211234567", "0001-002 普通 ****567"},
    {BANK_ACCOUNT, "0001-002-1-1234567", "000100211234567", "0001-002 普通 ****567"},
    {BANK_ACCOUNT, "000100211234567", "000100211234567", "0001-002 普通 ****567"},
    {BANK_ACCOUNT, "0001-002 当座 1234567", "000100221234567", "0001-002 当座 ****567"},
    {BANK_ACCOUNT, "0001-002 貯蓄 1234567", "000100241234567", "0001-002 貯蓄 ****567"},
    {BANK_ACCOUNT, "0001-002 その他 1234567", "000100291234567", "0001-002 その他 ****567"},
    {BANK_ACCOUNT, "0001-002 普通 12345", "000100210012345", "0001-002 普通 ****345"},
    {BANK_ACCOUNT, "0001-002 Ordinary 1234567", "000100211234567", "0001-002 普通 ****567"},
    // crypto-assets: BIP-173, BIP-350 and EIP-55 examples, and addresses of hash zero
    {CRYPTO_ADDRESS, "1111111111111111111114oLvT2", "1111111111111111111114oLvT2", "111111****LvT2"},
    {CRYPTO_ADDRESS, "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "bc1qw5****f3t4"},
    {CRYPTO_ADDRESS, "bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3", "bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3", "bc1qrp****fmv3"},
    {CRYPTO_ADDRESS, "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", "bc1p0x****5jj0"},
    {CRYPTO_ADDRESS, "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y", "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y", "bc1pw5****nd6y"},
    {CRYPTO_ADDRESS, "BC1SW50QGDZ25J", "bc1sw50qgdz25j", "bc1s****25j"},
    {CRYPTO_ADDRESS, "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x5aAe****eAed"},
    {CRYPTO_ADDRESS, "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x5aAe****eAed"},
    {CRYPTO_ADDRESS, "0X5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x5aAe****eAed"},
    {CRYPTO_ADDRESS, "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359", "0xfB69****d359"},
    {CRYPTO_ADDRESS, "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xdbF0****C6FB"},
    {CRYPTO_ADDRESS, "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb", "0xD122****9aDb"},
    {CRYPTO_ADDRESS, "0x52908400098527886E0F7030069857D2E4169EE7", "0x52908400098527886E0F7030069857D2E4169EE7", "0x5290****9EE7"},
    {CRYPTO_ADDRESS, "0xde709f2102306220921060314715629080e2fb77", "0xde709f2102306220921060314715629080e2fb77", "0xde70****fb77"},
    {CRYPTO_TRANSACTION, "00000000000000000000000000000000000000000000000000000000000abcde", "00000000000000000000000000000000000000000000000000000000000abcde", "000000****bcde"},
    {CRYPTO_TRANSACTION, "0X00000000000000000000000000000000000000000000000000000000000ABCDE", "00000000000000000000000000000000000000000000000000000000000abcde", "000000****bcde"},
    // devices
    {IMEI, "490154203237518", "490154203237518", "49015420****518"},
    {IMEI, "49-015420-323751-8", "490154203237518", "49015420****518"},
    {IMEI, "IMEI: 49 015420 323751 8", "490154203237518", "49015420****518"},
    {IMEI, "４９０１５４２０３２３７５１８", "490154203237518", "49015420****518"},
    {MAC_ADDRESS, "00:00:5e:00:53:01", "00:00:5e:00:53:01", "00:00:5e:**:**:**"},
    {MAC_ADDRESS, "00-00-5E-00-53-01", "00:00:5e:00:53:01", "00:00:5e:**:**:**"},
    {MAC_ADDRESS, "0000.5e00.5301", "00:00:5e:00:53:01", "00:00:5e:**:**:**"},
    {MAC_ADDRESS, "00005E005301", "00:00:5e:00:53:01", "00:00:5e:**:**:**"},
    {MAC_ADDRESS, "00 00 5e 00 53 01", "00:00:5e:00:53:01", "00:00:5e:**:**:**"},
    {MAC_ADDRESS, "００：００：５Ｅ：００：５３：０１", "00:00:5e:00:53:01", "00:00:5e:**:**:**"},
    // numbers at a service
    {ORDER_NUMBER, "shop.example:250-1234567-7654321", "shop.example:25012345677654321", "shop.example:****4321"},
    {ORDER_NUMBER, "shop.example:25012345677654321", "shop.example:25012345677654321", "shop.example:****4321"},
    {ORDER_NUMBER, "Shop.example:２５０ー１２３４５６７ー７６５４３２１", "shop.example:25012345677654321", "shop.example:****4321"},
    {ORDER_NUMBER, "shop.example:#A-1", "shop.example:A1", "shop.example:****1"},
    {ORDER_NUMBER, "shop.example:ord_2026/11.7", "shop.example:ORD_2026/11.7", "shop.example:****11.7"},
    {AUCTION_NUMBER, "auction.example:x1234567890", "auction.example:X1234567890", "auction.example:****7890"},
    {AUCTION_NUMBER, "auction.example:X1234567890", "auction.example:X1234567890", "auction.example:****7890"},
    {AUCTION_NUMBER, "auction.example:m 12345 67890", "auction.example:M1234567890", "auction.example:****7890"},
    {CONTRACT_NUMBER, "power.example:12-3456-7890", "power.example:1234567890", "power.example:****7890"},
    {CONTRACT_NUMBER, "power.example:12 3456 7890", "power.example:1234567890", "power.example:****7890"},
    {CONTRACT_NUMBER, "power.example:1", "power.example:1", "power.example:****"},
    // calls
    {CALL, "090-1234-5678 > 03-1234-5678 2026-11-21 14:05:30 +09:00", "+819012345678>+81312345678@2026-11-21T05:05:30Z", "090-****-5678 > 03-****-5678 2026-11-21T14:05:30+09:00"},
    {CALL, "０９０−１２３４−５６７８→０３−１２３４−５６７８　２０２６年１１月２１日　１４時０５分３０秒　ＪＳＴ", "+819012345678>+81312345678@2026-11-21T05:05:30Z", "090-****-5678 > 03-****-5678 2026-11-21T14:05:30+09:00"},
    {CALL, "? > 090 1234 5678 2026-11-21T05:05:30Z", "?>+819012345678@2026-11-21T05:05:30Z", "? > 090-****-5678 2026-11-21T14:05:30+09:00"},
    {CALL, "090-1234-5678 > ? 2026-11-21T05:05:30Z", "+819012345678>?@2026-11-21T05:05:30Z", "090-****-5678 > ? 2026-11-21T14:05:30+09:00"},
    {CALL, "+12025550123 -> 09012345678 2026-11-21 14:05 JST", "+12025550123>+819012345678@2026-11-21T05:05:00Z", "+12****0123 > 090-****-5678 2026-11-21T14:05:00+09:00"},
});
// clang-format on

static_assert(kAccepted.size() >= 160);

Result<Selector> parse_line(SelectorType type, std::string_view line) {
  const auto input = from_line(type, line);
  if (!input) return tl::unexpected<Error>(input.error());
  return parse_selector(*input);
}

}  // namespace

TEST_CASE("accepted selectors have the canonical and masked spelling of the table") {
  for (const Accepted& row : kAccepted) {
    CAPTURE(enum_text(row.type));
    CAPTURE(row.line);
    const auto selector = parse_line(row.type, row.line);
    if (!selector) {
      FAIL_CHECK("refused: " << selector.error().where << " " << selector.error().message);
      continue;
    }
    CHECK(selector->type == row.type);
    CHECK(selector->canonical == row.canonical);
    CHECK(selector->masked == row.masked);
  }
}

TEST_CASE("normalised fields and the displayed line give the same selector again") {
  for (const Accepted& row : kAccepted) {
    CAPTURE(enum_text(row.type));
    CAPTURE(row.line);
    const auto first = parse_line(row.type, row.line);
    if (!first) continue;  // reported by the table test
    const auto from_fields = parse_selector(first->input);
    REQUIRE_MESSAGE(from_fields.has_value(), from_fields.error().message);
    CHECK(*from_fields == *first);
    CAPTURE(first->display);
    const auto from_display = parse_line(row.type, first->display);
    REQUIRE_MESSAGE(from_display.has_value(), from_display.error().message);
    CHECK(from_display->canonical == first->canonical);
    CHECK(from_display->display == first->display);
  }
}

TEST_CASE("a masked personal selector does not contain the value") {
  for (const Accepted& row : kAccepted) {
    if (!selector_row(row.type).is_personal) continue;
    CAPTURE(row.line);
    const auto selector = parse_line(row.type, row.line);
    if (!selector) continue;
    CHECK(selector->masked.find(selector->canonical) == std::string::npos);
    CHECK(selector->masked.find(selector->display) == std::string::npos);
    CHECK(selector->masked.find('*') != std::string::npos);
    const auto& service = selector->input.service;
    const std::string_view hidden = service ? std::string_view(selector->masked).substr(service->size() + 1) : selector->masked;
    if (!selector->input.value.empty()) CHECK(hidden.find(selector->input.value) == std::string_view::npos);
  }
}

TEST_CASE("every type has accepted rows, and the catalogue's example is accepted") {
  for (const SelectorRow& row : kSelectorCatalogue) {
    CAPTURE(enum_text(row.type));
    CHECK(std::any_of(kAccepted.begin(), kAccepted.end(), [&](const Accepted& accepted) { return accepted.type == row.type; }));
    CHECK(parse_line(row.type, row.example).has_value());
  }
}

TEST_CASE("what names one communication is marked for the reclassification rule and offers no key for matching") {
  struct Row {
    SelectorType type;
    std::string_view line;
    bool is_communication;
    std::size_t match_keys;
  };
  const auto rows = std::to_array<Row>({
      {IP_ADDRESS, "192.0.2.7", false, 0},
      {IP_ADDRESS, "192.0.2.7 2026-11-21T05:05:00Z", true, 0},
      {URL, "https://sns.example/", false, 0},
      {URL, "https://sns.example/a", true, 0},
      {URL, "https://sns.example/?a", true, 0},
      {MESSAGE_ID, "<a@mail.example>", true, 0},
      {CALL, "? > 090-1234-5678 2026-11-21T05:05:00Z", true, 0},
      {EMAIL, "hanako@example.com", false, 1},
      {TELEPHONE, "090-1234-5678", false, 1},
      {DOMAIN_NAME, "shop.example", false, 0},
      {POSTAL_ADDRESS, "東京都例区見本町1-2-3", false, 0},
      {PERSON, "例田 花子", false, 0},
      {PERSON, "例田 花子 / 1990-01-02", false, 1},
      {PERSON, "例田 花子 / れいだ はなこ / REIDA Hanako / 1990-01-02", false, 3},
      {MAC_ADDRESS, "00:00:5e:00:53:01", false, 0},
      {CRYPTO_TRANSACTION, "00000000000000000000000000000000000000000000000000000000000abcde", false, 0},
      {IMEI, "490154203237518", false, 1},
      {ORDER_NUMBER, "shop.example:1", false, 1},
  });
  for (const Row& row : rows) {
    CAPTURE(row.line);
    const auto selector = parse_line(row.type, row.line);
    REQUIRE(selector.has_value());
    CHECK(selector->is_communication == row.is_communication);
    CHECK(selector->match_keys.size() == row.match_keys);
  }
}

TEST_CASE("a person known in one more form still meets the same person") {
  const auto kanji = parse_line(PERSON, "例田花子 / 1990-01-02");
  const auto both = parse_line(PERSON, "例田　花子 / レイダ ハナコ / H2.1.2");
  const auto kana = parse_line(PERSON, "れいだはなこ / 1990/1/2");
  REQUIRE((kanji && both && kana));
  CHECK(kanji->match_keys.at(0) == both->match_keys.at(0));
  CHECK(kana->match_keys.at(0) == both->match_keys.at(1));
}

TEST_CASE("addresses nobody can be asked about are accepted and marked") {
  for (const auto line : {"10.0.0.1",  "127.0.0.1", "169.254.1.1",  "172.16.0.1",  "172.31.255.255", "192.168.1.1",     "100.64.0.1",
                          "224.0.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.1", "0.0.0.0",        "255.255.255.255", "::1",
                          "::",        "fe80::1",   "fd00::1",      "ff02::1",     "2001:db8::1",    "3fff::1"}) {
    CAPTURE(line);
    const auto selector = parse_line(IP_ADDRESS, line);
    REQUIRE(selector.has_value());
    CHECK_FALSE(selector->is_public);
  }
  for (const auto line : {"9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "100.63.255.255", "100.128.0.0", "198.20.0.0",
                          "223.255.255.255", "2001:200::1", "2400::1", "3fff:1000::1"}) {
    CAPTURE(line);
    const auto selector = parse_line(IP_ADDRESS, line);
    REQUIRE(selector.has_value());
    CHECK(selector->is_public);
  }
}

TEST_CASE("addresses of crypto-assets computed from arbitrary payloads are accepted with their chain") {
  struct Row {
    std::uint8_t version;
    std::string_view chain;
  };
  const auto rows = std::to_array<Row>(
      {{0x00, "bitcoin"}, {0x05, "bitcoin"}, {0x1E, "dogecoin"}, {0x16, "dogecoin"}, {0x30, "litecoin"}, {0x32, "litecoin"}, {0x41, "tron"}});
  for (const Row& row : rows) {
    for (std::uint8_t fill = 0; fill < 20; ++fill) {
      Bytes payload(21, fill);
      payload[0] = row.version;
      const std::string text = base58check_encode(payload);
      CAPTURE(text);
      const auto selector = parse_line(CRYPTO_ADDRESS, text);
      REQUIRE(selector.has_value());
      CHECK(selector->chain == row.chain);
      CHECK(selector->canonical == text);
      CHECK(selector->is_checksum_verified);
    }
  }
  const Bytes program(32, 7);
  const auto segwit = parse_line(CRYPTO_ADDRESS, segwit_encode("ltc", 1, program));
  REQUIRE(segwit.has_value());
  CHECK(segwit->chain == "litecoin");
  const auto unchecked = parse_line(CRYPTO_ADDRESS, "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed");
  REQUIRE(unchecked.has_value());
  CHECK_FALSE(unchecked->is_checksum_verified);
  CHECK(unchecked->chain == "ethereum");
}

TEST_CASE("imitations are marked, not refused") {
  for (const auto& [type, line] : {std::pair{DOMAIN_NAME, "pаypal.example"sv},
                                   {EMAIL, "a@pаypal.example"sv},
                                   {URL, "https://pаypal.example/"sv},
                                   {ACCOUNT_ID, "sns.example:pаypal"sv},
                                   {DOMAIN_NAME, "раура.example"sv}}) {
    CAPTURE(line);
    const auto selector = parse_line(type, line);
    REQUIRE(selector.has_value());
    CHECK(selector->is_confusable);
  }
  for (const auto& [type, line] :
       {std::pair{DOMAIN_NAME, "例え.example"sv}, {DOMAIN_NAME, "見本shop.example"sv}, {ACCOUNT_ID, "sns.example:花子hanako"sv}}) {
    CAPTURE(line);
    const auto selector = parse_line(type, line);
    REQUIRE(selector.has_value());
    CHECK_FALSE(selector->is_confusable);
  }
}

TEST_CASE("fields of a form are read like the line") {
  const auto ip = parse_selector({.type = IP_ADDRESS, .value = "192.0.2.7", .at = "2026-11-21T14:05:00+09:00", .port = 40123});
  REQUIRE(ip.has_value());
  CHECK(ip->canonical == "192.0.2.7:40123@2026-11-21T05:05:00Z");
  CHECK(ip->port == 40123);
  CHECK(ip->at->us == parse_rfc3339("2026-11-21T05:05:00Z")->us);
  const auto v6 = parse_selector({.type = IP_ADDRESS, .value = "2001:db8::7", .at = "2026-11-21T14:05:00+09:00", .port = 443});
  REQUIRE(v6.has_value());
  CHECK(v6->canonical == "[2001:db8::7]:443@2026-11-21T05:05:00Z");
  const auto bank = parse_selector({.type = BANK_ACCOUNT, .value = "1234567", .bank = "0001", .branch = "002", .kind = "1"});
  REQUIRE(bank.has_value());
  CHECK(bank->canonical == "000100211234567");
  CHECK(bank->input.kind == "普通");
  const auto pasted = parse_selector({.type = BANK_ACCOUNT, .value = "0001-002 普通 1234567"});
  REQUIRE(pasted.has_value());
  CHECK(*pasted == *bank);
  const auto blank_fields = parse_selector({.type = EMAIL, .value = "hanako@example.com", .service = "", .at = " "});
  CHECK(blank_fields.has_value());
}

TEST_CASE("a pasted line is guessed") {
  struct Row {
    std::string_view line;
    SelectorType first;
  };
  const auto rows = std::to_array<Row>({
      {"192.0.2.7:40123 2026-11-21 14:05 +09:00", IP_ADDRESS},
      {"2001:db8::7", IP_ADDRESS},
      {"hanako@example.com", EMAIL},
      {"090-1234-5678", TELEPHONE},
      {"+81 3 1234 5678", TELEPHONE},
      {"https://sns.example/a", URL},
      {"shop.example.com", DOMAIN_NAME},
      {"<20261121.1@mail.example>", MESSAGE_ID},
      {"Message-ID: <a.b@mail.example>", MESSAGE_ID},
      {"例田 花子", PERSON},
      {"東京都例区見本町1-2-3", POSTAL_ADDRESS},
      {"〒000-0000 東京都例区", POSTAL_ADDRESS},
      {"4111 1111 1111 1111", PAYMENT_CARD},
      {"0001-002 普通 1234567", BANK_ACCOUNT},
      {"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", CRYPTO_ADDRESS},
      {"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", CRYPTO_ADDRESS},
      {"0x00000000000000000000000000000000000000000000000000000000000abcde", CRYPTO_TRANSACTION},
      {"00:00:5e:00:53:01", MAC_ADDRESS},
      {"49-015420-323751-8", IMEI},
      {"090-1234-5678 > 03-1234-5678 2026-11-21 14:05:30 +09:00", CALL},
      {"sns.example:reida_hanako", ACCOUNT_ID},
      {"@reida_hanako", ACCOUNT_ID},
      {"x1234567890", ACCOUNT_ID},
      {"378282246310005", PAYMENT_CARD},
      {"192.0.2.7 port 40123, 2026-11-21 14:05 JST", IP_ADDRESS},
  });
  for (const Row& row : rows) {
    CAPTURE(row.line);
    const auto types = guess_type(row.line);
    REQUIRE_FALSE(types.empty());
    CHECK(enum_text(types.front()) == enum_text(row.first));
  }
  CHECK(guess_type("").empty());
  CHECK(guess_type("\xff").empty());
  const auto numbers = guess_type("x1234567890");
  CHECK(std::find(numbers.begin(), numbers.end(), AUCTION_NUMBER) != numbers.end());
}

}  // namespace warifu::text
