// Is a run of digits a telephone number? Country codes with the lengths of their national numbers, and how numbers are written at home.
// Facts from the public numbering plans (ITU-T E.164), reduced to what tells a telephone number from another number.
import { digitsOf } from './character.ts';

/** Country code → shortest and longest national number, digits. */
const PLANS = new Map<string, readonly [number, number]>();

for (const entry of `1:10-10 7:10-10 20:8-10 27:9-9 30:10-10 31:9-9 32:8-9 33:9-9 34:9-9 36:8-9 39:6-11 40:9-9 41:9-9 43:7-13 44:9-10 45:8-8 46:7-10 47:8-8 48:9-9 49:6-12
51:8-9 52:10-10 53:8-8 54:10-11 55:10-11 56:9-9 57:10-10 58:10-10 60:8-10 61:9-9 62:8-12 63:10-10 64:8-10 65:8-8 66:8-9 81:9-10 82:8-10 84:9-10 86:10-11 90:10-10 91:10-10 92:9-10 93:9-9 94:9-9 95:8-10 98:10-10
211:9-9 212:9-9 213:8-9 216:8-8 218:9-9 220:7-7 221:9-9 222:8-8 223:8-8 224:9-9 225:10-10 226:8-8 227:8-8 228:8-8 229:8-10 230:8-8 231:7-9 232:8-8 233:9-9 234:8-10 235:8-8 236:8-8 237:9-9 238:7-7 239:7-7 240:9-9 241:7-8 242:9-9 243:9-9 244:9-9 245:7-9 246:7-7 248:7-7 249:9-9 250:9-9 251:9-9 252:7-9 253:8-8 254:9-10 255:9-9 256:9-9 257:8-8 258:8-9 260:9-9 261:9-10 262:9-9 263:9-10 264:8-9 265:7-9 266:8-8 267:7-8 268:8-8 269:7-7 290:5-5 291:7-7 297:7-7 298:6-6 299:6-6
350:8-8 351:9-9 352:6-11 353:7-9 354:7-9 355:8-9 356:8-8 357:8-8 358:6-11 359:7-9 370:8-8 371:8-8 372:7-8 373:8-8 374:8-8 375:9-9 376:6-9 377:8-9 378:6-10 380:9-9 381:8-9 382:8-8 383:8-8 385:8-9 386:8-8 387:8-8 389:8-8 420:9-9 421:9-9 423:7-9
500:5-5 501:7-7 502:8-8 503:8-8 504:8-8 505:8-8 506:8-8 507:7-8 508:6-6 509:8-8 590:9-9 591:8-8 592:7-7 593:8-9 594:9-9 595:9-9 596:9-9 597:6-7 598:8-8 599:7-8 670:7-8 672:6-6 673:7-7 674:7-7 675:7-8 676:5-7 677:5-7 678:5-7 679:7-7 680:7-7 682:5-5 685:5-7 687:6-6 689:6-8 691:7-7 692:7-7
852:8-8 853:8-8 855:8-9 856:8-10 880:8-10 886:8-9 960:7-7 961:7-8 962:8-9 963:8-9 964:8-10 965:8-8 966:8-9 967:7-9 968:8-8 970:8-9 971:8-9 972:8-9 973:8-8 974:7-8 975:7-8 976:8-8 977:8-10 992:9-9 993:8-8 994:9-9 995:9-9 996:9-9 998:9-9`.split(
  /\s+/,
)) {
  const [code, range] = entry.split(':') as [string, string];
  const [least, most] = range.split('-').map(Number) as [number, number];
  PLANS.set(code, [least, most]);
}

/** `written` begins with "+" or "00": a country code and a national number of a possible length. */
export function isInternational(written: string): boolean {
  const trunk = written.replace(/\(0\)/, '');
  let digits = digitsOf(trunk);
  if (!written.startsWith('+')) digits = digits.slice(2);
  if (digits.length < 7 || digits.length > 15 || /^(\d)\1+$/.test(digits)) return false;
  for (let length = 1; length <= 3; length++) {
    const plan = PLANS.get(digits.slice(0, length));
    if (plan === undefined) continue;
    const national = digits.length - length;
    if (national < plan[0] || national > plan[1]) return false;
    return length > 1 || digits[0] !== '1' || isNorthAmerican(digits.slice(1));
  }
  return false;
}

/** Ten digits of the North American plan. */
export function isNorthAmerican(digits: string): boolean {
  return /^[2-9]\d{2}[2-9]\d{6}$/.test(digits) && !/^.11|^...[2-9]11/.test(digits) && !/^(\d)\1+$/.test(digits);
}

/** How a number is written at home so that nothing else is written like it. */
const NATIONAL: readonly RegExp[] = [
  /^\([2-9]\d\d\) ?\d{3}[-. ]?\d{4}$/,
  /^1?[-. ]?[2-9]\d\d([-. ])[2-9]\d\d\1\d{4}$/,
  /^\(0\d{1,4}\) ?\d{2,4}[- ]?\d{2,4}(?:[- ]?\d{2,4})?$/,
  // Mobile and area codes: Britain, Ireland, Australia, New Zealand, South Africa.
  /^07\d{3} ?\d{6}$|^07\d{3} \d{3} \d{3}$|^0(?:1\d{3} (?:\d{6}|\d{3} \d{3})|20 ?\d{4} ?\d{4}|1\d1 \d{3} \d{4}|2\d \d{4} \d{4}|8\d{2} \d{3} \d{4})$/,
  /^08[35679] \d{3} \d{4}$|^0[2-478] \d{4} \d{4}$|^04\d\d \d{3} \d{3}$|^02\d \d{3,4} \d{3,4}$|^0[6-8]\d \d{3} \d{4}$/,
  // France, Belgium, Switzerland, Netherlands.
  /^0[1-9]([ .-])\d\d\1\d\d\1\d\d\1\d\d$/,
  /^0\d{3}[ /]\d\d[ .]\d\d[ .]\d\d$|^0\d\d \d{3} \d\d \d\d$|^06[- ]\d{8}$|^06[- ]\d\d(?:[ ]?\d\d){3}$|^0\d{2}[- ]\d{7}$/,
  // Germany, Austria: area code, slash or space, number.
  /^0[1-9]\d{1,4}[ /-]{1,3}\d{5,8}(?:-\d{1,4})?$|^0[1-9]\d{1,4} ?[/-] ?\d{2,4}(?: \d{2,4}){1,3}$|^01[567]\d[ /-]?\d{2,4}(?:[ ]?\d{2,4}){1,3}$/,
  // Italy, Spain, Portugal, Poland, Nordic countries.
  /^3\d\d[ .-]\d{3}[ .-]?\d{3,4}$|^[679]\d\d \d{3} \d{3}$|^[679]\d\d \d\d \d\d \d\d$|^0\d{1,3}[- /]\d{5,8}$/,
  /^07\d[- ]\d{3} ?\d\d ?\d\d$|^0[45]\d ?\d{3,4} ?\d{3,4}$|^\d\d \d\d \d\d \d\d$/,
  // Brazil, Mexico, Argentina, Japan, Korea, China, India.
  /^\(\d\d\) ?9?\d{4}-\d{4}$|^\d\d 9\d{4}-\d{4}$/,
  /^0\d{1,3}-\d{2,4}-\d{4}$|^01[016789]-\d{3,4}-\d{4}$/,
  /^1[3-9]\d[- ]\d{4}[- ]\d{4}$|^1[3-9]\d{9}$|^[6-9]\d{4}[- ]\d{5}$|^0\d{2,4}[- ]\d{6,8}$/,
  /^8 ?\(\d{3}\) ?\d{3}-\d\d-\d\d$|^8 \d{3} \d{3}[- ]\d\d[- ]\d\d$|^0\d{3} \d{3} \d\d \d\d$/,
];

export function isNational(written: string): boolean {
  const digits = digitsOf(written);
  if (digits.length < 8 || digits.length > 12 || /^(\d)\1+$|^000/.test(digits)) return false;
  if (!NATIONAL.some((shape) => shape.test(written))) return false;
  return (
    !/^[([2-9]/.test(written) ||
    digits.length !== 10 ||
    /^[([]?0/.test(written) ||
    isNorthAmerican(digits) ||
    !/^\(?\d{3}\)?[-. ]+\d{3}[-. ]\d{4}$/.test(written)
  );
}

/** Only the bare digits under a label that says telephone. */
export function isDialable(written: string): boolean {
  const digits = digitsOf(written);
  return (
    digits.length >= 6 &&
    digits.length <= 15 &&
    !/^(\d)\1+$/.test(digits) &&
    !/^(?:19|20)\d\d-?\d\d-?\d\d$/.test(written) &&
    !(written.includes('.') && /^\d+\.\d+$/.test(written))
  );
}
