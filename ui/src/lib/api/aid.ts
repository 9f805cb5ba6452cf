/** What the API shows of the writing aid. */

export interface AidText { text: string; model: string; masked: number }

export interface AidStanding { on: boolean; model: string; host: string; key_set: boolean; asks: number; tokens: number; tokens_per_day: number }

export interface ConversationAid { on: boolean; excluded: boolean }
