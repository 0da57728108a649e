// The sentences of every code. Each says what happened, where, and what to do; {where} is the place, the other places come from Error.args
// and read "—" when the caller had nothing to say. An entry may stand anywhere in the table; a missing or double one does not compile.

#include <array>
#include <cstdio>
#include <cstdlib>

#include "base/error.h"

namespace warifu {
namespace {

struct Entry {
  Code code;
  Sentence sentence;
};

#define ENTRY(code, status, ja, en)                \
  Entry {                                          \
    Code::code, Sentence { #code, status, ja, en } \
  }

constexpr std::array kEntries = {
    // shape of what came in
    ENTRY(BAD_JSON, 400, "送られた内容をJSONとして読めません(位置:{position})。JSONの形式を確認して、送り直してください。",
          "What was sent cannot be read as JSON (position: {position}). Check the JSON and send it again."),
    ENTRY(MISSING_FIELD, 422, "必要な項目「{where}」がありません。この項目を加えて、送り直してください。",
          "The required field \"{where}\" is missing. Add it and send again."),
    ENTRY(UNKNOWN_FIELD, 422, "「{where}」は定められていない項目です。項目名の誤りを直すか、この項目を除いてください。",
          "\"{where}\" is not a known field. Correct its name or leave it out."),
    ENTRY(DUPLICATE_FIELD, 400, "項目「{where}」が二度書かれています。どちらか一つだけにしてください。",
          "The field \"{where}\" is written twice. Keep only one of them."),
    ENTRY(WRONG_TYPE, 422, "項目「{where}」の値の種類が違います。{expected} で書いてください。",
          "The value of \"{where}\" has the wrong type. Write it as {expected}."),
    ENTRY(EMPTY_FIELD, 422, "項目「{where}」が空です。内容を入力してください。", "The field \"{where}\" is empty. Fill it in."),
    ENTRY(TOO_LONG, 422, "項目「{where}」が長すぎます(上限 {max} 文字)。短くしてください。",
          "The field \"{where}\" is too long (at most {max} characters). Shorten it."),
    ENTRY(TOO_MANY, 422, "「{where}」の件数が多すぎます(上限 {max} 件)。件数を減らすか、分けて送ってください。",
          "There are too many entries in \"{where}\" (at most {max}). Send fewer, or send them in parts."),
    ENTRY(TOO_LARGE, 413, "「{where}」が大きすぎます(上限 {max} バイト)。小さくするか、分けて送ってください。",
          "\"{where}\" is too large (at most {max} bytes). Make it smaller or send it in parts."),
    ENTRY(TOO_DEEP, 400, "「{where}」で入れ子が深すぎます(上限 {max} 段)。入れ子を浅くしてください。",
          "The nesting at \"{where}\" is too deep (at most {max} levels). Make it flatter."),
    ENTRY(BAD_UTF8, 400, "「{where}」の文字がUTF-8として正しくありません。文字コードをUTF-8にして、送り直してください。",
          "The text at \"{where}\" is not valid UTF-8. Convert it to UTF-8 and send it again."),
    ENTRY(CONTROL_CHARACTER, 422, "項目「{where}」に使えない制御文字が入っています。その文字を除いてください(改行とタブは使えます)。",
          "The field \"{where}\" contains a control character that is not allowed. Remove it (line breaks and tabs are fine)."),
    ENTRY(BIDI_CHARACTER, 422, "項目「{where}」に、文字の並びを見かけ上入れ替える制御文字が入っています。その文字を除いてください。",
          "The field \"{where}\" contains a control character that reorders text on screen. Remove it."),
    ENTRY(BAD_VALUE, 422, "項目「{where}」の値は使えません。使える値:{expected}。これに合わせて直してください。",
          "The value of \"{where}\" cannot be used. Allowed: {expected}. Correct it accordingly."),
    ENTRY(OUT_OF_RANGE, 422, "項目「{where}」の値が範囲の外です。{min} から {max} までの値にしてください。",
          "The value of \"{where}\" is out of range. Use a value from {min} to {max}."),
    ENTRY(BAD_ENCODING, 422, "項目「{where}」の表記が正しくありません。{expected} の表記で書いてください。",
          "The spelling of \"{where}\" is not right. Write it as {expected}."),
    ENTRY(BAD_NOTE, 422, "署名付き文書「{where}」の形が正しくありません。元のファイルを変えずに送り直してください。",
          "The signed note \"{where}\" is malformed. Send the original file unchanged."),
    ENTRY(BAD_CSV, 422, "CSVの {row} 行目(列「{where}」)を読めません。引用符と列の数を確認して、読み込み直してください。",
          "Row {row} of the CSV (column \"{where}\") cannot be read. Check its quotes and number of columns, then load it again."),
    ENTRY(CSV_ROWS, 422, "CSV「{where}」の行が多すぎます(上限 {max} 行)。分けて読み込んでください。",
          "The CSV \"{where}\" has too many rows (at most {max}). Load it in parts."),
    ENTRY(BAD_TIME, 422, "項目「{where}」を日時として読めません。「2026-11-21T14:05:00+09:00」の形で書いてください。",
          "\"{where}\" cannot be read as a time. Write it like \"2026-11-21T14:05:00+09:00\"."),
    ENTRY(TIME_WITHOUT_ZONE, 422,
          "項目「{where}」の時刻に時差の指定がありません。日本時間なら末尾に「+09:00」を付けてください(例 2026-11-21 14:05:00+09:00)。",
          "The time in \"{where}\" has no zone. Append \"+09:00\" for Japan's time (example: 2026-11-21 14:05:00+09:00)."),
    ENTRY(TIME_IN_FUTURE, 422, "項目「{where}」の日時が未来になっています。日時と時差を確認してください。",
          "The time in \"{where}\" lies in the future. Check the time and its zone."),
    ENTRY(TIME_TOO_OLD, 422, "項目「{where}」の日時が古すぎます({min} 以降に限ります)。日時を確認してください。",
          "The time in \"{where}\" is too old (not before {min}). Check it."),
    ENTRY(PERIOD_REVERSED, 422, "期間「{where}」の終わりが始まりより前になっています。二つの日時を入れ替えるか、直してください。",
          "The period \"{where}\" ends before it begins. Swap or correct the two times."),
    ENTRY(BAD_MEDIA_TYPE, 415, "送られた内容の形式({actual})は受け付けていません。見出しを「{expected}」にして送り直してください。",
          "This kind of content ({actual}) is not accepted. Send it with the header \"{expected}\"."),
    ENTRY(FILE_TYPE_NOT_ALLOWED, 415,
          "「{where}」は添付できる種類のファイルではありません(種類:{actual})。使える種類:{expected}"
          "。名前の末尾と中身が合っているかも確かめてください。",
          "\"{where}\" is not a file of a kind that can be attached (kind: {actual}). Allowed kinds: {expected}. See also whether its ending fits "
          "its content."),
    ENTRY(ARCHIVE_BOMB, 422, "圧縮ファイル「{where}」は、広げると大きくなりすぎるため受け付けません。圧縮せずに、分けて添付してください。",
          "The archive \"{where}\" grows too large when unpacked and is not accepted. Attach its files uncompressed, in parts."),
    ENTRY(BAD_REQUEST, 400,
          "通信の形式が正しくないため、受け付けられません(「{where}」)。使っているプログラムか、途中の中継機器の設定を確認してください。",
          "The request is not well-formed HTTP (\"{where}\"). Check the program that sent it, or a proxy on the way."),
    ENTRY(HEAD_TOO_LARGE, 431, "通信の見出しが大きすぎます(上限 {max} バイト)。この宛先のCookieを消してから、もう一度行ってください。",
          "The request's headers are too large (at most {max} bytes). Delete the cookies of this address and try again."),
    // selectors
    ENTRY(SELECTOR_TYPE_UNKNOWN, 422, "「{where}」の照会対象の種類({actual})は登録されていません。一覧にある種類から選んでください。",
          "The kind of selector at \"{where}\" ({actual}) is not registered. Choose one from the list."),
    ENTRY(SELECTOR_FORMAT, 422, "「{where}」の照会対象の書き方が種類に合いません。例:{example}。これに合わせて直してください。",
          "The selector at \"{where}\" does not fit its kind. Example: {example}. Correct it accordingly."),
    ENTRY(SELECTOR_CHECKSUM, 422, "「{where}」の照会対象は検査数字が合いません。写し間違いがないか、元の資料と見比べてください。",
          "The check digits of the selector at \"{where}\" do not match. Compare it with the source for a copying error."),
    ENTRY(SELECTOR_TIME_MISSING, 422,
          "「{where}」がありません。この照会対象が使われた日時を、時差を付けて入力してください(例 2026-11-21 14:05:00+09:00)。",
          "\"{where}\" is missing. Enter when the selector was used, with its zone (example: 2026-11-21 14:05:00+09:00)."),
    ENTRY(SELECTOR_SERVICE_MISSING, 422, "「{where}」がありません。この照会対象がどのサービスのものかを選んでください。",
          "\"{where}\" is missing. Choose the service that the selector belongs to."),
    // who is asking
    ENTRY(NOT_LOGGED_IN, 401, "ログインしていません。ログインしてから、もう一度行ってください。", "You are not logged in. Log in and try again."),
    ENTRY(SESSION_EXPIRED, 401, "ログインの有効時間が過ぎました。もう一度ログインしてください。入力中の内容は画面に残っています。",
          "Your login has expired. Log in again; what you typed is still on the screen."),
    ENTRY(WRONG_LOGIN, 401, "利用者名またはパスワードが違います。確認して入力し直してください。",
          "The user name or the password is wrong. Check them and enter them again."),
    ENTRY(WRONG_FACTOR, 401, "登録した端末の鍵で確認できませんでした。ログインからやり直し、登録した端末で署名してください。",
          "The key of an enrolled device could not be confirmed. Log in again and sign on an enrolled device."),
    ENTRY(LOCKED_OUT, 429, "続けて失敗したため、しばらくログインできません。{retry_after} 秒後にやり直すか、管理者に連絡してください。",
          "Login is blocked for a while after repeated failures. Try again in {retry_after} seconds or ask your administrator."),
    ENTRY(CSRF, 403, "この操作がこの画面から行われたものか確認できません。画面を読み込み直してから、もう一度行ってください。",
          "It cannot be confirmed that this came from this screen. Reload the page and try again."),
    ENTRY(FORBIDDEN, 403, "「{where}」を行う権限がありません。必要な場合は、所属の管理者に相談してください。",
          "You are not permitted to do this (\"{where}\"). Ask your unit's administrator if you need it."),
    ENTRY(ROLE_MISSING, 403, "この操作(「{where}」)には役割「{role}」が必要です。その役割を持つ人に依頼してください。",
          "This (\"{where}\") needs the role \"{role}\". Ask somebody who has it."),
    ENTRY(SEPARATION_OF_DUTIES, 403, "一人で両方は行えない手続です(「{where}」)。別の担当者に依頼してください。",
          "No one person may do both steps (\"{where}\"). Ask a colleague."),
    ENTRY(NOT_FOUND, 404, "「{where}」は見つからないか、見る権限がありません。番号や宛先を確認してください。",
          "\"{where}\" does not exist or is not visible to you. Check the number or address."),
    ENTRY(METHOD_NOT_ALLOWED, 405, "「{where}」ではこの方法を使えません。使える方法:{expected}。",
          "This method cannot be used on \"{where}\". Allowed: {expected}."),
    ENTRY(INVITATION_INVALID, 403, "招待が正しくないか、期限が切れています。招待した人に、新しい招待を依頼してください。",
          "The invitation is not valid or has expired. Ask the person who invited you for a new one."),
    ENTRY(DELEGATION_OUT_OF_PERIOD, 403, "代行の期間({from} から {to})の外です。期間を確認するか、本人に依頼してください。",
          "It is outside the period of the delegation ({from} to {to}). Check the period or ask the person represented."),
    ENTRY(NOT_ASSIGNED, 403, "この案件(「{where}」)の担当ではありません。担当に加えてもらってから行ってください。",
          "You are not assigned to this matter (\"{where}\"). Have yourself assigned first."),
    ENTRY(REASON_REQUIRED, 422, "この操作には理由が必要です。「{where}」に理由を入力してください。", "This needs a reason. Enter it in \"{where}\"."),
    // keys and signatures
    ENTRY(SIGNATURE_MISSING, 422, "「{where}」に必要な署名がありません(署名者:{signer})。署名してから送ってください。",
          "A required signature is missing from \"{where}\" (signer: {signer}). Sign it and send again."),
    ENTRY(SIGNATURE_INVALID, 422, "「{where}」の署名が内容と合いません。内容が変わっている可能性があるため使わず、送り主に確認してください。",
          "The signature on \"{where}\" does not match the content. It may have been altered: do not use it, ask the sender."),
    ENTRY(KEY_UNKNOWN, 422, "署名の鍵「{key}」が名簿にありません(「{where}」)。名簿を新しくするか、鍵の持ち主に確認してください。",
          "The signing key \"{key}\" is not in the register (\"{where}\"). Update the register or ask the key's owner."),
    ENTRY(KEY_NOT_VALID, 422, "署名の鍵「{key}」は、その時点で有効ではありません(「{where}」)。有効な鍵で署名し直してください。",
          "The signing key \"{key}\" was not valid at that time (\"{where}\"). Sign again with a valid key."),
    ENTRY(BAD_KEY, 422, "「{where}」は公開鍵として正しくありません。鍵を写し直してください。",
          "\"{where}\" is not a proper public key. Copy the key again."),
    ENTRY(WRONG_PIN, 403, "暗証番号またはパスフレーズが違います。その鍵のものを入力し直してください。",
          "The PIN or passphrase is wrong. Enter the one that belongs to this key again."),
    ENTRY(BAD_KEYFILE, 422, "鍵ファイル「{where}」を読めません。控えの鍵ファイルを使うか、管理者に再発行を依頼してください。",
          "The key file \"{where}\" cannot be read. Use your copy of it or ask the administrator for a new one."),
    ENTRY(
        BAD_PASSKEY, 422,
        "パスキーの応答(「{where}」)を受け付けられません。もう一度やり直し、続くときは別の端末のパスキーか暗証番号の鍵を使ってください。",
        "The passkey's answer (\"{where}\") cannot be accepted. Try again; if it goes on, use a passkey of another device or the key with the PIN."),
    ENTRY(PASSKEY_ORIGIN, 422,
          "このアドレス「{actual}」ではパスキーを使えません。名簿にある組織のアドレス({expected})で開くか、暗証番号の鍵を使ってください。",
          "Passkeys cannot be used at this address, \"{actual}\". Open the organisation's address in the register ({expected}), or use the key with "
          "the PIN."),
    ENTRY(PASSKEY_UNVERIFIED, 422, "端末で本人確認(指紋、顔、端末の暗証番号)が行われていません。本人確認のできる端末でやり直してください。",
          "The device did not verify you (fingerprint, face or the device's PIN). Try again on a device that does."),
    ENTRY(TEXT_DIFFERS, 409,
          "署名しようとした文面が、保存されている文面と違います(「{where}」)。画面を読み込み直し、文面を確かめてから署名してください。",
          "The text to be signed differs from the stored one (\"{where}\"). Reload the page, read the text and sign again."),
    // matters
    ENTRY(STALE, 409, "「{where}」は、開いた後に別の人が変更しました。最新の内容を読み込み、確認してからもう一度行ってください。",
          "\"{where}\" was changed by somebody else after you opened it. Load the latest state, check it and try again."),
    ENTRY(ILLEGAL_TRANSITION, 409, "今の状態({state})では、この操作(「{where}」)を行えません。案件の経過を確認してください。",
          "This (\"{where}\") is not possible in the present state ({state}). Look at the matter's history."),
    ENTRY(PARENT_MISSING, 409, "「{where}」より前の記録がまだ届いていません。前の記録を先に受け取ってから、もう一度行ってください。",
          "A record that comes before \"{where}\" has not arrived yet. Receive the earlier record first and try again."),
    ENTRY(CASE_UNKNOWN, 422, "事件番号「{where}」の事件が見つかりません。番号を確認するか、先に事件を登録してください。",
          "No case is known for \"{where}\". Check the number or register the case first."),
    ENTRY(CASE_CLOSED, 409, "事件「{where}」は終結しています。続ける場合は、理由を付けて事件を再開してください。",
          "The case \"{where}\" is closed. To go on, reopen it with a reason."),
    ENTRY(ADDRESSEE_UNKNOWN, 422, "宛先「{where}」が名簿にありません。名簿から選び直すか、名簿に登録してください。",
          "The addressee \"{where}\" is not in the register. Choose one from the register or add it."),
    ENTRY(NOT_IN_PROFILE, 422, "宛先は、「{where}」の種類の照会を受け付けていません。宛先の受付範囲を確認してください。",
          "The addressee does not take inquiries of this kind (\"{where}\"). See what the addressee accepts."),
    ENTRY(NOT_ALLOWED_BY_LAW, 422, "「{where}」は、選ばれた根拠({basis})では求められません。根拠を改めるか、この項目を除いてください。",
          "\"{where}\" cannot be asked for on the chosen basis ({basis}). Change the basis or leave the item out."),
    ENTRY(ITEM_UNKNOWN, 422, "「{where}」に当たる照会項目がありません。照会書の項目番号を確認してください。",
          "There is no inquiry item for \"{where}\". Check the item number in the inquiry."),
    ENTRY(RESULT_MISSING, 422, "照会項目「{where}」への回答がありません。該当なしや回答不可の場合も、その旨を選んでください。",
          "The item \"{where}\" has no answer. Choose a result, also when nothing was found or it cannot be answered."),
    ENTRY(SERIAL_TAKEN, 409, "番号「{serial}」は既に使われています(「{where}」)。別の番号にしてください。",
          "The number \"{serial}\" is already in use (\"{where}\"). Use another one."),
    ENTRY(PURGED, 410, "「{where}」は、保存期間が終わり消去されました。消去の記録だけを確認できます。",
          "\"{where}\" was erased at the end of its retention period. Only the record of the erasure can be seen."),
    ENTRY(ROW_COUNT_DIFFERS, 422, "「{where}」の行数({actual})が、申告された行数({expected})と違います。ファイルが欠けていないか確認してください。",
          "The number of rows in \"{where}\" ({actual}) differs from the stated one ({expected}). Check whether the file is complete."),
    ENTRY(RETENTION_RUNNING, 409, "「{where}」は保存期間中({until} まで)のため消去できません。期間が終わってから行ってください。",
          "\"{where}\" is under retention (until {until}) and cannot be erased. Do it after that."),
    // repetition and quota
    ENTRY(IDEMPOTENCY_KEY_MISSING, 400, "二重送信を防ぐ見出し Idempotency-Key がありません(「{where}」)。値を付けて送り直してください。",
          "The header Idempotency-Key, which prevents double sending, is missing (\"{where}\"). Send again with a value."),
    ENTRY(IDEMPOTENCY_MISMATCH, 422, "同じ Idempotency-Key で、違う内容が送られました(「{where}」)。新しい内容には新しい値を使ってください。",
          "The same Idempotency-Key was sent with different content (\"{where}\"). Use a new value for new content."),
    ENTRY(RATE_LIMITED, 429, "短い間に操作が多すぎます。{retry_after} 秒ほど待ってから、もう一度行ってください。",
          "Too many requests in a short time. Wait about {retry_after} seconds and try again."),
    ENTRY(QUEUE_FULL, 503, "処理が混み合っていて受け付けられません(「{where}」)。少し待ってから、もう一度行ってください。",
          "The system is too busy to accept this (\"{where}\"). Wait a little and try again."),
    // the machine
    ENTRY(STORE_UNAVAILABLE, 503, "保存先につながりません。何も保存されていません。少し待ってやり直し、続く場合は管理者に連絡してください。",
          "The store cannot be reached; nothing was saved. Try again shortly, and tell the administrator if it goes on."),
    ENTRY(STORE_LOCKED, 503, "保存先が別の処理に使われています(「{where}」)。少し待ってから、もう一度行ってください。",
          "The store is in use by another process (\"{where}\"). Wait a little and try again."),
    ENTRY(STORE_CORRUPT, 500, "保存された記録「{where}」が壊れています。作業を止めて管理者に連絡し、控えからの復元を依頼してください。",
          "The stored record \"{where}\" is damaged. Stop working, tell the administrator and have it restored from a backup."),
    ENTRY(DISK_FULL, 507, "保存先の空きが足りません(「{where}」)。何も保存されていません。管理者に連絡し、空きを増やしてください。",
          "There is no space left in the store (\"{where}\"); nothing was saved. Ask the administrator to make room."),
    ENTRY(CONFLICT, 409, "「{where}」は、既にある記録とぶつかります。今の内容を確認してから、もう一度行ってください。",
          "\"{where}\" conflicts with an existing record. Check the present state and try again."),
    ENTRY(MIGRATION, 500, "保存先の形式を新しくできません(版 {version})。管理者は、控えを取り、記録された原因を確認してください。",
          "The store's format cannot be brought up to date (version {version}). Administrator: keep a backup and see the logged cause."),
    ENTRY(SOURCE_UNAVAILABLE, 503, "調べる先「{where}」につながりません。少し待ってやり直すか、管理者に連絡してください。",
          "The data source \"{where}\" cannot be reached. Try again shortly or tell the administrator."),
    ENTRY(SOURCE_CONFIG, 500, "調べる先の設定「{where}」に誤りがあります。管理者は、設定を直してください。",
          "The configuration of the data source is wrong at \"{where}\". Administrator: correct it."),
    ENTRY(PEER_UNAVAILABLE, 503,
          "相手方「{peer}」につながりません。送る内容は保存されていて、自動で送り直します。急ぐ場合は相手方に連絡してください。",
          "The other side \"{peer}\" cannot be reached. What you send is kept and retried by itself; contact them if it is urgent."),
    ENTRY(MAIL_FAILED, 503, "通知のメールを送れません(「{where}」)。案件には影響ありません。管理者は、メールの設定を確認してください。",
          "The notification mail could not be sent (\"{where}\"). The matter is not affected. Administrator: check the mail settings."),
    ENTRY(IO, 500, "ファイル「{where}」の読み書きに失敗しました。もう一度行い、続く場合は管理者に連絡してください。",
          "Reading or writing the file \"{where}\" failed. Try again, and tell the administrator if it goes on."),
    ENTRY(CONFIG, 500, "設定「{where}」に誤りがあります({expected})。設定ファイルを直してから、起動し直してください。",
          "The setting \"{where}\" is wrong ({expected}). Correct the configuration file and start again."),
    ENTRY(CANCELLED, 503, "処理は途中で取り消されました(「{where}」)。必要な場合は、もう一度行ってください。",
          "The work was cancelled before it finished (\"{where}\"). Do it again if needed."),
    ENTRY(TIMEOUT, 503, "時間内に終わりませんでした(「{where}」)。結果を確認してから、もう一度行ってください。",
          "It did not finish in time (\"{where}\"). Check the result and try again."),
    ENTRY(CRYPTO, 500, "暗号の処理に失敗しました(「{where}」)。何も保存されていません。管理者に連絡してください。",
          "A cryptographic operation failed (\"{where}\"); nothing was saved. Tell the administrator."),
    ENTRY(LAW_DATA, 500, "法令資料「{where}」に誤りがあります。管理者は、資料を正しい版に入れ替えてください。",
          "The law data is wrong at \"{where}\". Administrator: replace it with a correct edition."),
    ENTRY(NOT_ADMITTED, 403,
          "「{peer}」は、この交換基盤に加入していないか、示された証明書の鍵が登録されていません。加入と鍵の登録を確認してください。",
          "\"{peer}\" is not a member of this exchange, or the key of its certificate is not registered. Check its membership and its keys."),
    ENTRY(REPLAYED, 409, "この通信(「{where}」)は、すでに一度受け取ったものとは別の内容で、同じ番号が使われています。処理していません。",
          "The number of this message (\"{where}\") was used before for another content. It was not processed."),
    ENTRY(PART_MISSING, 409, "ファイルの分割部分(「{where}」)がまだ届いていません。残りの部分を送ってから、もう一度行ってください。",
          "Parts of the file (\"{where}\") have not arrived yet. Send the rest, then try again."),
    ENTRY(PROOF_INVALID, 422, "記録簿の証明(「{where}」)が正しくありません。内容を信用せず、管理者に連絡してください。",
          "The log's proof (\"{where}\") is not valid. Do not rely on it, and tell the administrator."),
    ENTRY(LOG_FORKED, 409, "記録簿「{where}」が、以前に確認した内容と食い違っています。書き換えられたおそれがあるため、処理を止めました。",
          "The log \"{where}\" contradicts what was confirmed before. It may have been rewritten; processing has stopped."),
    ENTRY(PROMISE_BROKEN, 502, "中継者が約束した時間内に、記録簿への記載が確認できません(「{where}」)。この約束は証拠として保存しました。",
          "What the hub promised to log was not there in time (\"{where}\"). The promise is kept as evidence."),
    ENTRY(CHECKPOINT_OLD, 503,
          "鍵の記録簿を最後に確認してから時間がたちすぎています({age}分前)。取消しを確認できないため、接続が戻るまでお待ちください。",
          "The log of keys was last confirmed too long ago ({age} minutes). Revocations cannot be checked; wait until the connection is back."),
    ENTRY(TOKEN_UNAVAILABLE, 503, "鍵を保管する装置(「{where}」)を使えません。装置の接続と設定を確認してください。",
          "The device that holds the keys (\"{where}\") cannot be used. Check its connection and its settings."),
    ENTRY(EVIDENCE_INVALID, 422, "証拠一式の「{where}」が確認できません({reason})。元の一式を変えずに、もう一度確認してください。",
          "\"{where}\" of the evidence bundle cannot be verified ({reason}). Verify again with the original bundle, unchanged."),
    ENTRY(INTERNAL, 500, "プログラムの誤りのため処理できません(「{where}」)。時刻を控えて管理者に連絡してください。",
          "A fault in the program prevents this (\"{where}\"). Note the time and tell the administrator."),
};

#undef ENTRY

constexpr std::size_t kMissing = static_cast<std::size_t>(-1);

// Position of each code's entry; kMissing marks a code without one (or with two).
constexpr auto index_entries() {
  std::array<std::size_t, static_cast<std::size_t>(kCodeCount)> index{};
  for (auto& position : index) position = kMissing;
  for (std::size_t i = 0; i < kEntries.size(); ++i) {
    auto& position = index[static_cast<std::size_t>(kEntries[i].code)];
    position = position == kMissing ? i : kMissing;
  }
  return index;
}
constexpr auto kIndex = index_entries();

constexpr bool every_code_has_an_entry() {
  for (const std::size_t position : kIndex)
    if (position == kMissing) return false;
  return kEntries.size() == kIndex.size();
}
static_assert(every_code_has_an_entry(), "each Code needs exactly one ENTRY");

// What is named differently in the two languages comes as "name" and "name_en".
std::string_view value_of(const Error& error, const std::string& name, bool is_english) {
  if (name == "where" && !error.where.empty()) return error.where;
  auto argument = is_english ? error.args.find(name + "_en") : error.args.end();
  if (argument == error.args.end()) argument = error.args.find(name);
  return argument == error.args.end() ? std::string_view{} : std::string_view(argument->second);
}

std::string fill(std::string_view pattern, const Error& error, bool is_english) {
  std::string out;
  out.reserve(pattern.size() + 32);
  for (;;) {
    const std::size_t open = pattern.find('{');
    out += pattern.substr(0, open);
    if (open == std::string_view::npos) return out;
    const std::size_t close = pattern.find('}', open);
    CHECK_THAT(close != std::string_view::npos);
    const std::string name(pattern.substr(open + 1, close - open - 1));
    const std::string_view value = value_of(error, name, is_english);
    out += value.empty() ? std::string_view("—") : value;
    pattern.remove_prefix(close + 1);
  }
}

// Where the limit is the type's and lower than the house's own, the bare number would read like a mistake of the configuration.
constexpr std::string_view kTypeTooLargeJa =
    "「{where}」が大きすぎます。{type} のファイルは全体を一度に読んで確かめるため、上限はこの組織のほかの種類より小さい {max} バイトです。"
    "小さくするか、いくつかのファイルに分けてください。";
constexpr std::string_view kTypeTooLargeEn =
    "\"{where}\" is too large. A {type} file is read as a whole to be checked, so that it may have at most {max} bytes, less than other types in "
    "this "
    "house. Make it smaller or split it into several files.";

// "Not visible to you, check the number" sends nobody to the safe in which the copy of the keys lies.
constexpr std::string_view kNoKeyFileJa =
    "鍵「{where}」のファイル「{key_file}」がありません。秘密鍵はバックアップに含まれません(--with-keys を付けたものを除く)。"
    "別に保管している keys/ フォルダーの控えから、このファイルを元の場所に戻してください。";
constexpr std::string_view kNoKeyFileEn =
    "The file of the key \"{where}\" is missing: \"{key_file}\". Private keys are not part of a backup (unless made --with-keys). Put this file "
    "back in its place from the copy of the keys/ folder that is kept apart.";

bool is_key_file(const Error& error) { return error.code == Code::NOT_FOUND && error.args.contains("key_file"); }

bool is_of_a_type(const Error& error) { return error.code == Code::TOO_LARGE && error.args.contains("type"); }

}  // namespace

const Sentence& sentence(Code code) { return kEntries[kIndex[static_cast<std::size_t>(code)]].sentence; }

std::string sentence_ja(const Error& error) {
  return fill(is_of_a_type(error) ? kTypeTooLargeJa : is_key_file(error) ? kNoKeyFileJa : sentence(error.code).ja, error, false);
}
std::string sentence_en(const Error& error) {
  return fill(is_of_a_type(error) ? kTypeTooLargeEn : is_key_file(error) ? kNoKeyFileEn : sentence(error.code).en, error, true);
}

namespace detail {

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "check failed: %s at %s:%d\n", condition, file, line);
  std::abort();
}

}  // namespace detail
}  // namespace warifu
