/** What a person would read as a phone number: + or 0 in front, then digits with the signs that people put between them. */
const NUMBER = /(?<![\p{L}\d@/.:_#-])(?:\+|00?)[1-9][\d\s()/.–-]{4,20}\d(?![\p{L}\d@_-])/gu;

/** Return where phone numbers stand in a text. Dates, amounts and order numbers do not begin with + or 0 and a digit. */
export function numbersIn(text: string): { index: number; text: string }[] {
  return [...text.matchAll(NUMBER)]
    .filter((found) => {
      const digits = found[0].replace(/\D/g, '').length;
      // 01.02.2026 and 0,50 begin like numbers of a telephone too.
      return digits >= 7 && digits <= 15 && !/^0\d\.\d\d?\./.test(found[0]);
    })
    .map((found) => ({ index: found.index, text: found[0] }));
}
