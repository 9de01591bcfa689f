package main

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// A value of encoding/json in the form that every reader answers in.
func value(read any) any {
	switch read := read.(type) {
	case string:
		return map[string]string{"text": read}
	case float64:
		return map[string]string{"number": strconv.FormatFloat(read, 'g', -1, 64)}
	case bool, nil:
		return read
	case []any:
		list := []any{}
		for _, item := range read {
			list = append(list, value(item))
		}
		return list
	case map[string]any:
		members := []any{}
		for name, member := range read {
			members = append(members, []any{name, value(member)})
		}
		return map[string]any{"object": members}
	}
	return map[string]string{"other": fmt.Sprintf("%T", read)}
}

// The body of `POST /orders`. encoding/json finds the field of a member without regard to case, and integers have 64 bits.
type order struct {
	User  *string  `json:"user,omitempty"`
	Seats *int64   `json:"seats,omitempty"`
	Price *float64 `json:"price,omitempty"`
	Paid  *bool    `json:"paid,omitempty"`
	Owner *struct {
		Name *string `json:"name,omitempty"`
	} `json:"owner,omitempty"`
	Roles []any `json:"roles,omitzero"`
	Items []struct {
		Sku    *string  `json:"sku,omitempty"`
		Amount *float64 `json:"amount,omitempty"`
	} `json:"items,omitzero"`
}

func readStruct(asked asked) map[string]any {
	if !asked.is("json") {
		return map[string]any{}
	}
	var order order
	if err := json.Unmarshal(*asked.Body, &order); err != nil {
		return refused(err)
	}
	text, err := json.Marshal(order)
	must(err)
	var read any
	must(json.Unmarshal(text, &read))
	answer := value(read).(map[string]any)
	if order.Seats != nil {
		for _, member := range answer["object"].([]any) {
			if pair := member.([]any); pair[0] == "seats" {
				pair[1] = map[string]string{"number": strconv.FormatInt(*order.Seats, 10)}
			}
		}
	}
	return map[string]any{"json": answer}
}
