import { describe, expect, it } from 'vitest';
import { numbersIn } from './numbers';

const found = (text: string): string[] => numbersIn(text).map((one) => one.text);

describe('numbers that can be called', () => {
  it('are found as people write them', () => {
    expect(found('Bitte unter 030 / 123 45-67 anrufen, oder +49 (40) 654321.')).toEqual(['030 / 123 45-67', '+49 (40) 654321']);
    expect(found('0049301234567')).toEqual(['0049301234567']);
  });
  it('are no dates, amounts, order numbers or addresses', () => {
    expect(found('am 01.02.2026 um 08:30, 0,50 €, Auftrag 12345678, A-0301234567, https://a.example/0301234567, x@030123456.example')).toEqual([]);
  });
  it('stand where they stand', () => {
    expect(numbersIn('Tel. +4930123456!')).toEqual([{ index: 5, text: '+4930123456' }]);
  });
});
