/** Germany's, as GET /pricing gives it to an account without a VAT id. */
export const vatPercent = 19;

/** Net and gross as the API writes amounts: EUR, ten decimals. */
export function price(net: number): { readonly net: string; readonly gross: string } {
  return { net: net.toFixed(10), gross: (net * (1 + vatPercent / 100)).toFixed(10) };
}
