// Names in scripts without capitals: Chinese, Japanese, Korean, Arabic, Hebrew and others. Only their shape and length speak.

const UNCASED =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Devanagari}\p{Script=Thai}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Georgian}\p{M}ー・\s]+$/u;

/** Scripts without capitals begin behind the combining marks; only blanks are before. */
function mayBeUncased(value: string): boolean {
  const first = value.charCodeAt(0);
  return first >= 0x300 || first <= 0x20 || first === 0xa0;
}

/** Letters of such scripts and nothing else. */
export function isUncased(value: string): boolean {
  return mayBeUncased(value) && UNCASED.test(value);
}

/** Scripts without capitals: a name is short. */
export function uncasedScore(value: string): number {
  const letters = value.replace(/[\s・]/g, '');
  if (/[\p{Script=Han}\p{Script=Hangul}]/u.test(letters)) {
    if (
      letters.length < 2 ||
      letters.length > 8 ||
      /(?:株式会社|会社|公司|銀行|银行|大学|病院|部門|部$|課$|店$|회사|은행|주식|市$|省$|県$|都$|区$)/.test(letters)
    )
      return 0;
    return letters.length <= 6 ? 3 : 1;
  }
  return letters.length >= 2 && letters.length <= 40 && value.split(' ').length <= 5 ? 2 : 0;
}
